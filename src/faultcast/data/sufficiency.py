"""Whether the records of a plant can teach a model anything at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl

from faultcast.config.duration import format_duration
from faultcast.config.plant import Plant
from faultcast.errors import Violation

_FEWEST_FAILURES = 2
_TELLING_APART = 1.5


def shortcomings(
    plant: Plant, telemetry: pl.DataFrame, failures: pl.DataFrame, place: Path
) -> Iterator[Violation]:
    """Name what keeps records from teaching: too few failures, or readings of one class only.

    Args:
        plant: the plant.
        telemetry: `machine` and `time` of the readings, sorted.
        failures: `machine` and `time` of the failures.
        place: the plant's raw files, for the message.
    """
    file, horizon = place / plant.failures.path, format_duration(plant.horizon)
    heralds = _heralds(telemetry, failures, plant.horizon)
    heralded = heralds.select("machine", "fails").n_unique()
    known = pl.col("time") + plant.horizon <= telemetry.select(pl.max("time")).item()
    judged, before = telemetry.filter(known).height, heralds.filter(known).height
    if failures.height < _FEWEST_FAILURES:
        problem = (
            f"failures of machines with telemetry: {failures.height}; a model needs two or more"
        )
        yield Violation(file, problem, "Bring longer records")
    elif heralded < _FEWEST_FAILURES:
        problem = f"failures with a reading in the {horizon} before: {heralded}; a model needs two"
        remedy = "Check the machines' names, the times and time_zone of both files"
        yield Violation(file, problem, remedy)
    elif before == judged:
        problem = f"every reading lies within the horizon of {horizon} before a failure"
        remedy = "Shorten horizon, or bring records of healthy machines: one class teaches nothing"
        yield Violation(file, problem, remedy)


def _heralds(telemetry: pl.DataFrame, failures: pl.DataFrame, horizon: timedelta) -> pl.DataFrame:
    """Return the readings that lie in the horizon before a failure, with the time when it fails."""
    coming = failures.select("machine", "time", fails=pl.col("time")).sort("time")
    ahead = telemetry.select("machine", "time").join_asof(
        coming,
        on="time",
        by="machine",
        strategy="forward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    return ahead.filter(pl.col("fails") - pl.col("time") <= horizon)


def usual_interval(telemetry: pl.DataFrame) -> timedelta | None:
    """Return the median time between two readings of a machine; None without a second reading."""
    steps = telemetry.select(pl.col("time").diff().over("machine").drop_nulls())
    positive = steps.filter(pl.col("time") > timedelta(0))["time"]
    return None if positive.is_empty() else positive.median()  # type: ignore[return-value]


def interval_fault(plant: Plant, telemetry: pl.DataFrame, place: Path) -> Iterator[Violation]:
    """Compare the configured interval with the usual time between two readings."""
    usual, configured = usual_interval(telemetry), plant.telemetry.interval
    if usual and not 1 / _TELLING_APART <= usual / configured <= _TELLING_APART:
        shown = format_duration(usual)
        problem = (
            f"readings come every {shown}, the configuration says {format_duration(configured)}"
        )
        remedy = f"Set telemetry.interval to {shown}, or mend the times"
        yield Violation(place / plant.telemetry.path, problem, remedy, column=plant.telemetry.time)
