"""The script that wrote the Titanic's table: passengers only, fares in pounds."""

import csv
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "titanic_table.py"))


@pytest.mark.parametrize(
    ("written", "pounds"),
    [("7.11", 7.55), ("7.1107", 7.5792), ("512.0607", 512.3292), ("75.041", 75.2417), ("22", 22)],
)
def test_shillings_and_pence_become_pounds(written: str, pounds: float) -> None:
    assert SCRIPT["in_pounds"](written) == pytest.approx(pounds, abs=1e-4)


@pytest.mark.parametrize("written", ["211.6009", "7.1517", "8.0615"])
def test_what_is_no_amount_is_missing(written: str) -> None:
    assert SCRIPT["in_pounds"](written) is None


def test_the_crew_is_left_out() -> None:
    person = {"gender": "male", "age": "42", "fare": "7.11", "survived": "0"}
    people = [{**person, "class": "3rd"}, {**person, "class": "deck crew"}]
    assert list(SCRIPT["passengers"](people)) == [("3", "male", "42", "7.55", "0")]


def test_the_table_holds_every_passenger() -> None:
    with (ROOT / "data" / "external" / "titanic.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1317
    assert sum(row["survived"] == "1" for row in rows) == 500
    assert sum(not row["fare"] for row in rows) == 3
