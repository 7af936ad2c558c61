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
    if failures.height < _FEWEST_FAILURES:
        problem = (
            f"{failures.height} failures of machines with telemetry; a model needs at least two"
        )
        yield Violation(place / plant.failures.path, problem, "Bring longer records")
        return
    before = _readings_before_failures(telemetry, failures, plant.horizon)
    horizon = format_duration(plant.horizon)
    if before == 0:
        problem = f"no reading lies within the horizon of {horizon} before a failure"
        remedy = "Check the machines' names, the times and time_zone of both files"
        yield Violation(place / plant.failures.path, problem, remedy)
    elif before == telemetry.height:
        problem = f"every reading lies within the horizon of {horizon} before a failure"
        remedy = "Shorten horizon, or bring records of healthy machines: one class teaches nothing"
        yield Violation(place / plant.failures.path, problem, remedy)


def _readings_before_failures(
    telemetry: pl.DataFrame, failures: pl.DataFrame, horizon: timedelta
) -> int:
    coming = failures.select("machine", "time", fails=pl.col("time")).sort("time")
    ahead = telemetry.select("machine", "time").join_asof(
        coming,
        on="time",
        by="machine",
        strategy="forward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    return ahead.filter(pl.col("fails") - pl.col("time") <= horizon).height


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
