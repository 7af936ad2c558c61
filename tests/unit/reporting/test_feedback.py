"""What planners marked, in the planner's report."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from faultcast.data.feedback import SCHEMA
from faultcast.reporting.feedback import feedback_table
from tests.unit.reporting.plants import PLANT

TIME = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)


def mark(machine: str, text: str, probability: float | None) -> dict[str, object]:
    return {
        "time": TIME,
        "machine": machine,
        "mark": text,
        "component": "big_pump",
        "note": "<i>",
        "version": "7",
        "probability": probability,
        "threshold": 0.25,
    }


def test_marks_stand_beside_the_forecast_of_before() -> None:
    told = [
        mark("M1", "repaired", 0.9),
        mark("M2", "false alarm", 0.3),
        mark("M3", "inspected", 0.1),
        mark("M4", "inspected", None),
    ]
    table = feedback_table(PLANT, pl.DataFrame(told, SCHEMA))
    page = table._repr_html_()
    assert table.caption == (
        "4 visits marked: 2 inspected, 1 false alarm and 1 repaired; after 2 alarms, 1 of them in "
        "vain"
    )
    assert table.frame["State"].to_list() == ["alarm", "alarm", "", ""]
    assert "big pump" in page
    assert "90\u00a0%" in page
    assert "&lt;i&gt;" in page


def test_without_feedback_it_says_how_to_bring_some() -> None:
    page = feedback_table(PLANT, pl.DataFrame(schema=SCHEMA))._repr_html_()
    assert f"faultcast feedback export {PLANT.name}" in page
    assert "<table" not in page
