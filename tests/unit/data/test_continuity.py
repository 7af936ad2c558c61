from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultcast.data.continuity import completeness, find_gaps, judge_order
from faultcast.data.readers import FILE, ROW
from faultcast.data.times import INSTANT

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _telemetry(hours: dict[str, list[float]]) -> pl.DataFrame:
    rows = [(m, START + h * HOUR, 1.0) for m, all_hours in hours.items() for h in all_hours]
    schema: dict[str, Any] = {"machine": pl.String, "time": INSTANT, "heat": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_gaps_are_longer_than_one_and_a_half_intervals_and_the_longest_is_first() -> None:
    gaps = find_gaps(_telemetry({"a": [0, 1, 2.5, 5], "b": [0, 9]}), HOUR)
    assert [(gap.machine, gap.hours) for gap in gaps] == [("b", 9.0), ("a", 2.5)]
    assert gaps[0].start == START
    assert gaps[0].end == START + 9 * HOUR


def test_there_is_no_gap_between_machines() -> None:
    assert find_gaps(_telemetry({"a": [0, 1], "b": [500, 501]}), HOUR) == []


def _delivered(machines: str, hours: list[float]) -> pl.DataFrame:
    frame = pl.DataFrame({"machine": list(machines), "time": [START + h * HOUR for h in hours]})
    return frame.with_row_index(ROW, offset=2).with_columns(pl.lit("log.csv").alias(FILE))


def test_late_rows_and_steps_back_are_counted_within_machines() -> None:
    order = judge_order(_delivered("abaaab", [0, 9, 5, 2, 3, 10]))
    assert (order.late_rows, order.clock_jumps, order.largest_jump_hours) == (2, 1, 3.0)
    assert (order.first_file, order.first_row) == ("log.csv", 5)


@given(st.lists(st.integers(0, 50), min_size=1))
def test_rows_in_the_order_of_time_are_never_late(hours: list[int]) -> None:
    order = judge_order(_delivered("a" * len(hours), [float(hour) for hour in sorted(hours)]))
    assert (order.late_rows, order.clock_jumps, order.first_row) == (0, 0, None)


def test_missing_cells_and_missing_rows_count_alike() -> None:
    telemetry = _telemetry({"a": list(range(48)), "b": [*range(10), *range(22, 48)]})
    telemetry = telemetry.with_columns(flow=pl.when(pl.col("machine") == "a").then(2.0))
    result = completeness(telemetry, HOUR)
    assert (result.period, len(result.starts)) == ("day", 2)
    assert dict(zip(result.machines, result.missing, strict=True)) == {
        "a": (0.0, 0.0),
        "b": (0.75, 0.5),
    }


def test_nothing_is_missing_before_a_machine_came_and_after_it_left() -> None:
    telemetry = _telemetry({"a": list(range(72)), "b": list(range(24, 48))})
    assert completeness(telemetry, HOUR).missing == ((0.0, 0.0, 0.0), (None, 0.0, None))


@pytest.mark.parametrize(
    ("days", "period"),
    [(3, "day"), (90, "week"), (700, "month"), (3000, "quarter"), (9000, "year")],
)
def test_periods_grow_with_the_records(days: int, period: str) -> None:
    result = completeness(_telemetry({"a": [0, days * 24]}), HOUR)
    assert result.period == period
    assert 1 < len(result.starts) <= 60
