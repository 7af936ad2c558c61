"""Whether readings come when they should: gaps, order, and the share that is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from faultcast.data.readers import FILE, ROW

_GAP = 1.5
_MOST_PERIODS = 60
_PERIODS = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}


@dataclass(frozen=True)
class Gap:
    """A time without readings of a machine, from its last reading before to its first after."""

    machine: str
    start: datetime
    end: datetime
    hours: float


@dataclass(frozen=True)
class Order:
    """How far the order of delivery is from the order of time.

    `late_rows` come after a later row of their machine; `clock_jumps` are the places where a
    machine's time steps back, the farthest by `largest_jump_hours`, the first at `first_file` and
    `first_row`.
    """

    late_rows: int
    clock_jumps: int
    largest_jump_hours: float
    first_file: str | None
    first_row: int | None


@dataclass(frozen=True)
class Completeness:
    """The share of the expected readings that is missing, by machine and period of the calendar.

    `missing` holds a row a machine and a column a period; None before a machine's first reading and
    after its last.
    """

    period: str
    starts: tuple[datetime, ...]
    machines: tuple[str, ...]
    missing: tuple[tuple[float | None, ...], ...]


def find_gaps(telemetry: pl.DataFrame, interval: timedelta) -> list[Gap]:
    """Find where a machine reports nothing for more than 1.5 intervals, the longest gap first."""
    steps = telemetry.select(
        "machine", start=pl.col("time").shift().over("machine"), end=pl.col("time")
    )
    length = pl.col("end") - pl.col("start")
    gaps = steps.filter(length > _GAP * interval).with_columns(hours=_hours(length))
    ordered = gaps.sort("hours", "machine", "start", descending=[True, False, False])
    return [Gap(**row) for row in ordered.iter_rows(named=True)]


def judge_order(delivered: pl.DataFrame) -> Order:
    """Compare the order of delivery with the order of time, machine by machine."""
    time = pl.col("time")
    marked = delivered.select(
        FILE,
        ROW,
        late=time < time.cum_max().over("machine"),
        back=_hours(time.shift().over("machine") - time),
    )
    jumps = marked.filter(pl.col("back") > 0)
    first = jumps.row(0, named=True) if jumps.height else {FILE: None, ROW: None}
    largest = jumps.select(pl.max("back").fill_null(0.0)).item() if jumps.height else 0.0
    return Order(int(marked["late"].sum()), jumps.height, largest, first[FILE], first[ROW])


def completeness(telemetry: pl.DataFrame, interval: timedelta) -> Completeness:
    """Count the readings of each machine and period against those that its life should hold."""
    sensors = [name for name in telemetry.columns if name not in ("machine", "time")]
    lives = telemetry.group_by("machine").agg(first=pl.min("time"), end=pl.max("time") + interval)
    period, starts = _periods(telemetry)
    bins = pl.DataFrame({"start": starts}).with_columns(
        until=pl.col("start").dt.offset_by(_PERIODS[period])
    )
    present = telemetry.group_by("machine", start=pl.col("time").dt.truncate(_PERIODS[period])).agg(
        found=pl.sum_horizontal(pl.col(sensors).count())
    )
    lived = pl.min_horizontal("end", "until") - pl.max_horizontal("first", "start")
    expected = (lived / interval).round() * len(sensors)
    share = (1 - pl.col("found").fill_null(0) / expected).clip(0, 1).round(6)
    grid = (
        lives.join(bins, how="cross")
        .join(present, on=["machine", "start"], how="left")
        .select("machine", "start", share=pl.when(expected >= 1).then(share))
        .sort("machine", "start")
    )
    machines = grid.group_by("machine", maintain_order=True).agg("share")
    missing = tuple(tuple(shares) for shares in machines["share"].to_list())
    return Completeness(period, tuple(starts), tuple(machines["machine"]), missing)


def _periods(telemetry: pl.DataFrame) -> tuple[str, list[datetime]]:
    """Choose the shortest period of the calendar that needs at most 60 of them."""
    first, last = telemetry.select(pl.min("time"), last=pl.max("time")).row(0)
    grids = {period: _grid(first, last, every) for period, every in _PERIODS.items()}
    return next((p, g) for p, g in grids.items() if len(g) <= _MOST_PERIODS or p == "year")


def _grid(first: datetime, last: datetime, every: str) -> list[datetime]:
    ends = pl.Series([first, last]).dt.truncate(every)
    return pl.datetime_range(ends[0], ends[1], every, eager=True).to_list()


def _hours(length: pl.Expr) -> pl.Expr:
    return (length.dt.total_seconds() / 3600).round(3)
