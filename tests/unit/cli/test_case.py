"""`faultcast case`: what is written is a case that can be used, and a person is told the rest."""

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from faultcast.cli import faultcast
from faultcast.config.layout import Layout
from faultcast.config.load import load_case
from faultcast.errors import CaseExistsError, ContractError, GuessError, LeakError
from tests.unit.modeling.fruit import fruit, write_case


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    (tmp_path / "configs").mkdir()
    (tmp_path / "params.yaml").write_text("plants: []\ncases: []\n")
    monkeypatch.chdir(tmp_path)
    return Layout(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(faultcast, arguments)


def new(layout: Layout, table: pl.DataFrame, target: str = "kind") -> Result:
    table.write_csv(layout.root / "delivered.csv")
    return run("case", "new", "basket", "--table", "delivered.csv", "--target", target)


def test_new_writes_a_case_that_check_accepts(layout: Layout) -> None:
    table = fruit().with_row_index("id").with_columns(note=pl.format("fruit {}", pl.col("id")))
    said = new(layout, table).output
    assert "left out    id, note" in said
    case = load_case(layout, "basket")
    kinds = {name: str(column.type) for name, column in case.columns.items()}
    assert kinds == {
        "Weight_g": "number",
        "length": "number",
        "colour": "category",
        "spots": "integer",
        "stalk": "boolean",
    }
    assert not case.columns["colour"].required
    assert case.columns["length"].required
    assert case.header("Weight_g") == "Weight (g)"
    assert case.target.classes == ("apple", "pear", "plum")
    assert "# guessed" in layout.case_config("basket").read_text()
    checked = run("case", "check", "basket").output
    assert "configuration and table can be used" in checked
    assert "add basket to cases in params.yaml" in checked


def test_new_guesses_that_repeated_rows_are_different_things(layout: Layout) -> None:
    new(layout, pl.concat([fruit(), fruit()[:3]]))
    assert load_case(layout, "basket").duplicates == "keep"


def test_new_replaces_nothing(layout: Layout) -> None:
    new(layout, fruit())
    before = layout.case_config("basket").read_text()
    assert isinstance(new(layout, fruit(seed=1)).exception, CaseExistsError)
    assert layout.case_config("basket").read_text() == before


@pytest.mark.parametrize(
    ("target", "fault"), [("taste", "the target taste"), ("Weight (g)", "classes in Weight")]
)
def test_new_refuses_a_target_that_is_no_class(layout: Layout, target: str, fault: str) -> None:
    refused = new(layout, fruit(), target).exception
    assert isinstance(refused, GuessError)
    assert fault in str(refused)
    assert not layout.case_config("basket").exists()


def test_check_lists_every_violation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_case(tmp_path, fruit().with_columns(spots=pl.lit(-1)))
    monkeypatch.chdir(tmp_path)
    found = run("case", "check", "fruit", "--all")
    assert isinstance(found.exception, ContractError)
    assert found.output.count("below the lowest possible value") == 400


def test_check_names_a_suspected_leak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = fruit().with_columns(spots=pl.col("kind").rank("dense"))
    write_case(tmp_path, copied)
    monkeypatch.chdir(tmp_path)
    found = run("case", "check", "fruit").exception
    assert isinstance(found, LeakError)
    assert found.columns == ("spots",)


def test_the_schema_of_a_case_is_printed() -> None:
    assert '"duplicates"' in run("config", "schema", "case").output
