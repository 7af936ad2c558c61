"""Sensors that repeat one reading for too long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import polars as pl

LONGEST_REPETITION = 12
_RESTLESS = 0.1


@dataclass(frozen=True)
class StuckRun:
    """A sensor of a machine that repeats one value from `start` to `end`."""

    machine: str
    sensor: str
    start: datetime
    end: datetime
    readings: int
    value: float


def find_stuck(telemetry: pl.DataFrame) -> Iterator[StuckRun]:
    """Find 12 or more identical readings in a row.

    A sensor that rests or counts by nature is left out: one whose readings repeat the one before in
    at least a tenth of the cases on the median machine.

    Args:
        telemetry: canonical readings, sorted by machine and time.
    """
    same_machine = pl.col("machine") == pl.col("machine").shift()
    for sensor in (name for name in telemetry.columns if name not in ("machine", "time")):
        repeats = (pl.col(sensor) == pl.col(sensor).shift()) & same_machine
        readings = telemetry.select(
            "machine", "time", value=pl.col(sensor), repeats=repeats.fill_null(False)
        )
        if not _steady_by_nature(readings):
            yield from _runs(sensor, readings)


def _steady_by_nature(readings: pl.DataFrame) -> bool:
    shares = readings.group_by("machine").agg(pl.mean("repeats"))["repeats"]
    return bool(shares.quantile(0.5) >= _RESTLESS)  # type: ignore[operator]


def _runs(sensor: str, readings: pl.DataFrame) -> Iterator[StuckRun]:
    starts = readings.select(start=(~pl.col("repeats")).arg_true().cast(pl.Int64))
    length = pl.col("start").shift(-1, fill_value=readings.height) - pl.col("start")
    long = starts.select("start", length=length).filter(pl.col("length") >= LONGEST_REPETITION)
    for start, count in long.iter_rows():
        machine, first, value, _ = readings.row(start)
        last = readings.row(start + count - 1)[1]
        yield StuckRun(machine, sensor, first, last, count, value)
