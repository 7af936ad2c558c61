from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from faultcast.features.clock import microseconds, one_clock

HOUR = timedelta(hours=1)


def records(*rows: tuple[str, int]) -> pl.LazyFrame:
    moments = [datetime(2024, 1, 1) + number * HOUR for _, number in rows]
    return pl.LazyFrame({"machine": [name for name, _ in rows], "time": moments})


def test_rows_in_any_order_come_back_in_that_of_the_clock() -> None:
    rows, readings = one_clock(
        records(("b", 1), ("a", 2), ("a", 0)), [records(("b", 3), ("a", 1), ("b", 0))], HOUR
    )
    assert rows["machine"].to_list() == ["a", "a", "b"]
    assert readings["machine"].to_list() == ["a", "b", "b"]
    for frame in (rows, readings):
        assert frame["clock"].to_list() == sorted(frame["clock"])
        assert frame["clock"].flags["SORTED_ASC"]


def test_a_window_never_reaches_into_another_machine() -> None:
    rows, readings = one_clock(records(("a", 5), ("b", 0)), [records(("a", 9), ("b", 0))], HOUR)
    assert rows["clock"][1] - readings["clock"][0] > microseconds(HOUR)


def test_records_of_machines_without_rows_are_left_out() -> None:
    _, readings = one_clock(records(("a", 0)), [records(("a", 0), ("z", 0))], HOUR)
    assert readings["machine"].to_list() == ["a"]
