"""What sensors look like on the way to a failure, against the machine's normal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.reporting.clock import local

_HOUR = 3_600_000_000
_STEADY = 5


def until_failure(data: Canonical, component: str | None = None) -> pl.Series:
    """Return for each telemetry row the hours left to the machine's next failure.

    Null after the last; `component` counts only that component's failures.
    """
    failures = data.failures if component is None else data.failures.filter(component=component)
    failed = (
        failures.select("machine", pl.col("time").alias("failed"))
        .unique()
        .sort("machine", "failed")
    )
    joined = data.telemetry.select("machine", "time").join_asof(
        failed,
        left_on="time",
        right_on="failed",
        by="machine",
        strategy="forward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    left = (pl.col("failed") - pl.col("time")).dt.total_microseconds() / _HOUR
    return joined.select(left.alias("hours_left")).to_series()


@dataclass(frozen=True)
class Approach:
    """Readings in standard deviations from their machine's normal, aligned at the failures.

    `profile`: component, sensor, hour (hours to the failure, rounded up), low, middle and high
    (quartiles over the failures), distance (median of the absolute value: a sensor may rise before
    one failure and fall before the next). `band`: sensor, low and high (quartiles of normal
    readings), distance (that three quarters of normal readings do not exceed).
    """

    profile: pl.DataFrame
    band: pl.DataFrame
    failures: dict[str, int]

    def shift(self, hours: float) -> pl.DataFrame:
        """Return component, sensor, distance and middle, on average over the last hours."""
        last = self.profile.filter(pl.col("hour") <= hours)
        means = last.group_by("component", "sensor", maintain_order=True)
        return means.agg(pl.col("distance", "middle").mean())

    def stands_out(self, component: str, sensor: str) -> float:
        """Return how many hours before the failure a sensor stands out, from then on.

        It does where half of the failures are farther from normal than three quarters of normal
        readings are.
        """
        usual = self.band.filter(sensor=sensor)["distance"][0]
        curve = self.profile.filter(component=component, sensor=sensor).sort("hour")
        steady = curve["distance"].rolling_median(_STEADY, min_samples=1, center=True)
        outside = [distance is not None and distance > usual for distance in steady]
        kept = outside.index(False) if False in outside else len(outside)
        return float(curve["hour"][kept - 1]) if kept else 0.0


def align(plant: Plant, data: Canonical, before: timedelta) -> Approach:
    """Align the readings at the failures; normal is what no failure follows within `before`."""
    hours, sensors = before / timedelta(hours=1), list(plant.telemetry.sensors)
    readings = data.telemetry.with_columns(until_failure(data), _hour_of_week(plant))
    is_near = (pl.col("hours_left") <= hours).fill_null(value=False)
    scored = _standardised(readings, readings.filter(~is_near), sensors)
    near = Canonical(scored.filter(is_near), data.events, data.machines)
    return Approach(
        pl.concat([_profile(near, component, sensors, hours) for component in plant.components]),
        _band(scored.filter(~is_near), sensors),
        {c: data.failures.filter(component=c).height for c in plant.components},
    )


def _hour_of_week(plant: Plant) -> pl.Expr:
    clock = local(plant).dt
    return (24 * clock.weekday().cast(pl.Int16) + clock.hour()).alias("hour_of_week")


def _standardised(rows: pl.DataFrame, normal: pl.DataFrame, sensors: list[str]) -> pl.DataFrame:
    """Take out what is usual at the hour of the week, then what is usual for the machine."""
    usual = normal.group_by("hour_of_week").agg(pl.col(sensors).mean().name.suffix("_usual"))
    deviations = [(pl.col(s) - pl.col(f"{s}_usual")).alias(s) for s in sensors]
    rows, normal = (
        frame.join(usual, on="hour_of_week", how="left", maintain_order="left").with_columns(
            deviations
        )
        for frame in (rows, normal)
    )
    own = normal.group_by("machine").agg(
        pl.col(sensors).mean().name.suffix("_mean"), pl.col(sensors).std().name.suffix("_std")
    )
    joined = rows.join(own, on="machine", how="left", maintain_order="left")
    return joined.with_columns(
        pl.when(pl.col(f"{s}_std") > 0)
        .then((pl.col(s) - pl.col(f"{s}_mean")) / pl.col(f"{s}_std"))
        .alias(s)
        for s in sensors
    ).select("machine", "time", "hours_left", *sensors)


def _profile(scored: Canonical, component: str, sensors: list[str], hours: float) -> pl.DataFrame:
    near = scored.telemetry.with_columns(until_failure(scored, component))
    near = near.filter(pl.col("hours_left") <= hours).unpivot(
        sensors, index="hours_left", variable_name="sensor"
    )
    value = pl.col("value")
    groups = near.group_by(pl.col("hours_left").ceil().alias("hour"), "sensor").agg(
        value.quantile(0.25, "linear").alias("low"),
        value.median().alias("middle"),
        value.quantile(0.75, "linear").alias("high"),
        value.abs().median().alias("distance"),
    )
    return groups.select(pl.lit(component).alias("component"), pl.all()).sort("sensor", "hour")


def _band(scored: pl.DataFrame, sensors: list[str]) -> pl.DataFrame:
    rows = [
        (
            sensor,
            scored[sensor].quantile(0.25, "linear"),
            scored[sensor].quantile(0.75, "linear"),
            scored[sensor].abs().quantile(0.75, "linear"),
        )
        for sensor in sensors
    ]
    numbers = dict.fromkeys(("low", "high", "distance"), pl.Float64)
    return pl.DataFrame(rows, schema={"sensor": pl.String, **numbers}, orient="row")
