"""Tracked runs in a terminal: nothing is cut, what does not fit is left out and named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rich.console import Console

from faultcast.cli.run_tables import run_table
from faultcast.tracking.journal import Row

ROW = Row(
    started=datetime(2026, 3, 1, 6, 30, tzinfo=UTC),
    record="0123456789abcdef",
    plant="bottling",
    stage="05_evaluate",
    model="hist_gradient_boosting",
    commit="fedcba9876543210",
    seconds=12.3,
    validation_average_precision=0.672,
    test_average_precision=0.671,
    failures=39,
    announced_in_time=32,
    false_alarms_per_machine_month=0.13,
)


def shown(width: int, *rows: Row) -> str:
    console = Console(width=width)
    with console.capture() as capture:
        console.print(run_table(rows or [ROW], console.width))
    return capture.get()


@pytest.mark.parametrize("width", [80, 100, 120])
def test_what_is_shown_of_a_run_is_whole(width: int) -> None:
    text = shown(width)
    for cell in ("01234567 ", "2026-03-01 06:30", "bottling", "05_evaluate", "0.671", "32/39"):
        assert cell in text
    assert "…" not in text


def test_columns_that_do_not_fit_are_named() -> None:
    assert "hist_gradient_boosting" not in shown(80)
    assert "too narrow for seconds, commit, model" in shown(80).replace("\n", " ").replace("  ", "")


def test_numbers_are_those_of_plants_or_of_cases() -> None:
    titanic = ROW.model_copy(
        update={
            "plant": "titanic",
            "validation_average_precision": None,
            "test_average_precision": None,
            "failures": None,
            "false_alarms_per_machine_month": None,
            "cross_validated_accuracy": 0.82,
            "test_accuracy": 0.806,
        }
    )
    of_plant, of_case, of_both = (shown(140, *rows) for rows in ([ROW], [titanic], [ROW, titanic]))
    assert ["AP" in text for text in (of_plant, of_case, of_both)] == [True, False, True]
    assert ["0.820 0.806" in " ".join(text.split()) for text in (of_plant, of_case, of_both)] == [
        False,
        True,
        True,
    ]


def test_a_wide_terminal_shows_all() -> None:
    assert "too narrow" not in shown(130)
    assert "fedcba98" in shown(130)
