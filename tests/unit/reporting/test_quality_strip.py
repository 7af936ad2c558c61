from datetime import UTC, datetime, timedelta

import pytest

from faultcast.data.continuity import Completeness
from faultcast.reporting.quality_strip import strips, ticks
from faultcast.reporting.wording import percent

START = datetime(2026, 1, 1, tzinfo=UTC)


def _completeness(missing: dict[str, list[float | None]]) -> Completeness:
    periods = max(len(shares) for shares in missing.values())
    starts = tuple(START + timedelta(days=day) for day in range(periods))
    shares = tuple(tuple(shares) for shares in missing.values())
    return Completeness("day", starts, tuple(missing), shares)


def test_machines_are_in_the_order_in_which_people_count() -> None:
    shown = strips(_completeness({"M10": [0.0], "M2": [0.0], "M1": [0.0]}))
    assert [strip.machine for strip in shown] == ["M1", "M2", "M10"]


@pytest.mark.parametrize(
    ("share", "shade"), [(0.0, 0), (0.01, 1), (0.011, 2), (0.05, 2), (0.2, 3), (1.0, 4)]
)
def test_shades_follow_the_legend(share: float, shade: int) -> None:
    assert strips(_completeness({"M1": [share]}))[0].cells[0].shade == f"shade{shade}"


def test_a_period_without_the_machine_has_no_square() -> None:
    (strip,) = strips(_completeness({"M1": [None, 0.5]}))
    label = f"02 Jan: {percent(0.5)} missing"
    assert [(cell.place, cell.label) for cell in strip.cells] == [(1, label)]


@pytest.mark.parametrize("periods", [1, 8, 13, 60])
def test_there_are_about_eight_ticks(periods: int) -> None:
    marks = ticks(_completeness({"M1": [0.0] * periods}))
    assert marks[0] == (0, "01 Jan")
    assert len(marks) <= 8
