"""Feature rows from canonical readings and events: the function that training and serving share."""

from __future__ import annotations

import polars as pl

from faultcast.features.spec import FeatureSpec, window_name
from faultcast.features.steps import to_reading, to_steps
from faultcast.features.windows import extremes, sensor_moments, statistics, window_sums

_KEYS = ("machine", "time")
_DAY = 86_400 * 1_000_000
_HOUR = 3_600 * 1_000_000
_YEAR = 365.25 * _DAY


def build_features(
    spec: FeatureSpec,
    rows: pl.LazyFrame,
    telemetry: pl.LazyFrame,
    events: pl.LazyFrame,
    machines: pl.LazyFrame,
) -> pl.LazyFrame:
    """Describe each row (machine, t) by what was known at t.

    A row depends on its machine's readings in (t - spec.history, t], on its error messages in the
    longest window, and on the last replacement of each component; nothing after t enters it.

    Args:
        spec: which features.
        rows: `machine`, `time`; unique.
        telemetry: canonical readings, sorted by machine and time.
        events: canonical events.
        machines: canonical machines; a machine may be absent.

    Returns:
        `machine`, `time` and the columns `spec.names` as Float32, missing values null, sorted by
        machine and time.
    """
    rows = rows.select(_KEYS).sort(_KEYS)
    readings = telemetry.select(
        *_KEYS, *(to_steps(name, sensor) for name, sensor in spec.sensors.items())
    )
    parts = [
        _latest_readings(spec, rows, readings),
        _window_statistics(spec, rows, readings),
        _window_extremes(spec, rows, readings),
        _error_counts(spec, rows, events),
        _component_ages(spec, rows, events),
        _machine_descriptions(spec, rows, machines),
    ]
    table = pl.concat([rows, *(part.drop(_KEYS) for part in parts)], how="horizontal")
    return table.select(*_KEYS, *(pl.col(name).cast(pl.Float32) for name in spec.names))


def _latest_readings(spec: FeatureSpec, rows: pl.LazyFrame, readings: pl.LazyFrame) -> pl.LazyFrame:
    """Take the readings at t and at each lag before it, and how old the newest of all is."""
    latest = rows.join_asof(
        readings.select(*_KEYS, pl.col("time").alias("read")),
        on="time",
        by="machine",
        tolerance=spec.windows[-1],
        check_sortedness=False,
    ).select(
        *_KEYS,
        ((pl.col("time") - pl.col("read")).dt.total_microseconds() / _HOUR).alias("reading_age"),
    )
    for lag in (None, *spec.lags):
        names = {s: window_name(s, "lag", lag) if lag else f"{s}_last" for s in spec.sensors}
        shifted = readings.with_columns(pl.col("time") + lag) if lag else readings
        values = shifted.select(
            *_KEYS, *(to_reading(pl.col(s), spec.sensors[s]).alias(n) for s, n in names.items())
        )
        latest = latest.join_asof(
            values, on="time", by="machine", tolerance=spec.tolerance, check_sortedness=False
        )
    return latest


def _window_statistics(
    spec: FeatureSpec, rows: pl.LazyFrame, readings: pl.LazyFrame
) -> pl.LazyFrame:
    sums = window_sums(rows, sensor_moments(readings, spec.sensors), spec.windows)
    return sums.select(*_KEYS, *statistics(spec.sensors, spec.windows))


def _window_extremes(spec: FeatureSpec, rows: pl.LazyFrame, readings: pl.LazyFrame) -> pl.LazyFrame:
    """Roll over readings with the rows among them: a window ends at t, not at a reading."""
    among = rows.join(readings.select(_KEYS), on=_KEYS, how="anti")
    timeline = pl.concat([readings, among], how="diagonal").sort(_KEYS)
    rolled = timeline.select(*_KEYS, *extremes(spec.sensors, spec.windows))
    return rows.join(rolled, on=_KEYS, how="left", maintain_order="left")


def _error_counts(spec: FeatureSpec, rows: pl.LazyFrame, events: pl.LazyFrame) -> pl.LazyFrame:
    errors = events.filter(pl.col("kind") == "error")
    counts = errors.group_by(_KEYS).agg(
        (pl.col("code") == code).sum().cast(pl.Int64).alias(code) for code in spec.codes
    )
    sums = window_sums(rows, counts.sort(_KEYS), spec.windows)
    return sums.rename(
        {
            window_name(c, "sum", w): window_name(c, "count", w)
            for c in spec.codes
            for w in spec.windows
        }
    )


def _component_ages(spec: FeatureSpec, rows: pl.LazyFrame, events: pl.LazyFrame) -> pl.LazyFrame:
    """Count days since each component was replaced, at the latest when it failed."""
    replaced = events.filter(pl.col("kind").is_in(["maintenance", "failure"])).sort(_KEYS)
    ages = rows
    for component in spec.components:
        last = replaced.filter(pl.col("code") == component).select(
            *_KEYS, pl.col("time").alias(component)
        )
        ages = ages.join_asof(last, on="time", by="machine", check_sortedness=False)
    return ages.select(
        *_KEYS,
        *(
            ((pl.col("time") - pl.col(c)).dt.total_microseconds() / _DAY).alias(f"{c}_age")
            for c in spec.components
        ),
    )


def _machine_descriptions(
    spec: FeatureSpec, rows: pl.LazyFrame, machines: pl.LazyFrame
) -> pl.LazyFrame:
    described = rows.join(machines, on="machine", how="left", maintain_order="left")
    age = (pl.col("time") - pl.col("installed")).dt.total_microseconds() / _YEAR
    models = [
        (pl.col("model") == model).fill_null(False).alias(f"model_{model}") for model in spec.models
    ]
    return described.select(*_KEYS, age.alias("machine_age"), *models)
