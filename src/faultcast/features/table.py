"""A plant's feature table: a row every stride for each machine, with features and labels."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from faultcast.config.plant import Plant
from faultcast.features.build import build_features
from faultcast.features.labels import add_labels
from faultcast.features.spec import FeatureSpec


def forecast_times(telemetry: pl.LazyFrame, stride: timedelta) -> pl.LazyFrame:
    """Return the rows (machine, t): multiples of the stride with a reading in (t - stride, t].

    Times are counted from the epoch in UTC, so that rows do not move when a plant's records grow.

    Args:
        telemetry: `machine`, `time`, sorted by both.
        stride: the time between two rows of a machine.
    """
    floor = pl.col("time").dt.truncate(stride)
    ceiling = pl.when(floor == pl.col("time")).then(floor).otherwise(floor + stride)
    times = telemetry.select("machine", ceiling.alias("time"))
    is_new = pl.any_horizontal(pl.all().ne_missing(pl.all().shift()))
    return times.filter(is_new, pl.col("time") <= _end(telemetry))


def feature_table(
    plant: Plant, telemetry: pl.LazyFrame, events: pl.LazyFrame, machines: pl.LazyFrame
) -> pl.LazyFrame:
    """Build a plant's rows, features and labels from its canonical data.

    Returns:
        `machine`, `time`, the features as Float32, `label_<component>` and `label_machine` as
        Boolean (null where the records end before the horizon does), the same for each further
        horizon (`label_machine_6h`), sorted by machine and time.
    """
    rows = forecast_times(telemetry, plant.features.stride)
    features = build_features(FeatureSpec.from_plant(plant), rows, telemetry, events, machines)
    until = _end(telemetry)
    return add_labels(
        features, events, plant.components, plant.horizon, until, further=plant.horizons
    )


def _end(telemetry: pl.LazyFrame) -> datetime:
    end: datetime = telemetry.select(pl.col("time").max()).collect().item()
    return end
