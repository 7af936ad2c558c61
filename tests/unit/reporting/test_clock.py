"""Times as the people of a plant read them."""

from datetime import UTC, datetime, timedelta

import polars as pl

from faultcast.reporting.clock import local, period_of, wall_clock, with_gaps, written
from tests.unit.reporting.plants import PLANT


def test_times_are_the_plants_wall_clock_in_winter_and_summer() -> None:
    moments = [datetime(2026, 1, 5, 6, tzinfo=UTC), datetime(2026, 7, 5, 6, tzinfo=UTC)]
    shown = pl.DataFrame({"time": moments}).select(local(PLANT))["time"].to_list()
    assert shown == [datetime(2026, 1, 5, 7), datetime(2026, 7, 5, 8)]
    assert [wall_clock(PLANT, moment) for moment in moments] == shown
    assert written(PLANT, moments[1]) == "2026-07-05 08:00"


def test_no_line_is_drawn_across_a_gap() -> None:
    start = datetime(2026, 1, 1)
    times = [start + timedelta(hours=hour) for hour in (0, 1, 5, 6)]
    frame = pl.DataFrame({"time": times, "heat": [1.0, 2.0, 3.0, 4.0]})
    shown = frame.select(with_gaps("heat", timedelta(hours=1)))["heat"].to_list()
    assert shown == [1.0, 2.0, None, 4.0]


def test_a_long_record_is_counted_by_month() -> None:
    assert period_of(timedelta(days=365)) == ("1mo", "month")
    assert period_of(timedelta(days=90)) == ("1w", "week")
