"""Feature rows from canonical readings and events: the function that training and serving share."""

from __future__ import annotations

import polars as pl

from faultcast.features.clock import microseconds, one_clock
from faultcast.features.spec import FeatureSpec, window_name
from faultcast.features.steps import to_reading, to_steps
from faultcast.features.windows import (
    extremes,
    missing_patterns,
    sensor_moments,
    statistics,
    window_sums,
)

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
        telemetry: canonical readings; `machine`, `time` and a column per sensor.
        events: canonical events.
        machines: canonical machines; a machine may be absent.

    Returns:
        `machine`, `time` and the columns `spec.names` as Float32, missing values null, sorted by
        machine and time.
    """
    steps = [to_steps(name, sensor) for name, sensor in spec.sensors.items()]
    readings = telemetry.select(*_KEYS, *steps)
    errors = events.filter(pl.col("kind") == "error").select(*_KEYS, "code")
    clocked = one_clock(rows.select(_KEYS), [readings, errors], spec.history)
    patterns = missing_patterns(clocked[1], list(spec.sensors))
    rows, readings, errors = (frame.lazy() for frame in clocked)
    parts = [
        _latest_readings(spec, rows, readings),
        _window_statistics(spec, rows, readings, patterns),
        extremes(rows, readings, spec.sensors, spec.windows),
        _error_counts(spec, rows, errors),
        _component_ages(spec, rows, events),
        _machine_descriptions(spec, rows, machines),
    ]
    table = pl.concat([rows, *parts], how="horizontal")
    return table.select(*_KEYS, *(pl.col(name).cast(pl.Float32) for name in spec.names))


def _latest_readings(spec: FeatureSpec, rows: pl.LazyFrame, readings: pl.LazyFrame) -> pl.LazyFrame:
    """Take the readings at t and at each lag before it, and how old the newest of all is."""
    newest = readings.select("clock", pl.col("clock").alias("read"))
    latest = rows.join_asof(newest, on="clock", tolerance=microseconds(spec.windows[-1]))
    columns = [((pl.col("clock") - pl.col("read")) / _HOUR).alias("reading_age")]
    names = {f"{sensor}_last": sensor for sensor in spec.sensors}
    latest = _join_shifted(latest, readings, names, 0, spec)
    for lag in spec.lags:
        lagged = {window_name(sensor, "lag", lag): sensor for sensor in spec.sensors}
        latest = _join_shifted(latest, readings, lagged, microseconds(lag), spec)
        names |= lagged
    columns += [to_reading(pl.col(n), spec.sensors[sensor]).alias(n) for n, sensor in names.items()]
    return latest.select(columns)


def _join_shifted(
    rows: pl.LazyFrame, readings: pl.LazyFrame, names: dict[str, str], lag: int, spec: FeatureSpec
) -> pl.LazyFrame:
    shifted = readings.select(
        pl.col("clock") + lag, *(pl.col(sensor).alias(name) for name, sensor in names.items())
    )
    return rows.join_asof(shifted, on="clock", tolerance=microseconds(spec.tolerance))


def _window_statistics(
    spec: FeatureSpec, rows: pl.LazyFrame, readings: pl.LazyFrame, patterns: dict[str, str]
) -> pl.LazyFrame:
    moments = sensor_moments(list(spec.sensors), patterns)
    counts = readings.select("clock", *(moment.alias(name) for name, moment in moments.items()))
    sums = window_sums(rows, counts, list(moments), spec.windows)
    return sums.select(statistics(spec.sensors, patterns, spec.windows))


def _error_counts(spec: FeatureSpec, rows: pl.LazyFrame, errors: pl.LazyFrame) -> pl.LazyFrame:
    counts = errors.select(
        "clock", *((pl.col("code") == code).cast(pl.Int64).alias(code) for code in spec.codes)
    )
    return window_sums(rows, counts, spec.codes, spec.windows).select(
        pl.col(window_name(code, "sum", window)).alias(window_name(code, "count", window))
        for code in spec.codes
        for window in spec.windows
    )


def _component_ages(spec: FeatureSpec, rows: pl.LazyFrame, events: pl.LazyFrame) -> pl.LazyFrame:
    """Count days since each component was replaced, at the latest when it failed."""
    replaced = events.filter(pl.col("kind").is_in(["maintenance", "failure"])).sort(_KEYS)
    for component in spec.components:
        of_component = replaced.filter(pl.col("code") == component)
        last = of_component.select(*_KEYS, pl.col("time").alias(component))
        rows = rows.join_asof(last, on="time", by="machine", check_sortedness=False)
    return rows.select(
        ((pl.col("time") - pl.col(c)).dt.total_microseconds() / _DAY).alias(f"{c}_age")
        for c in spec.components
    )


def _machine_descriptions(
    spec: FeatureSpec, rows: pl.LazyFrame, machines: pl.LazyFrame
) -> pl.LazyFrame:
    described = rows.join(machines, on="machine", how="left", maintain_order="left")
    age = (pl.col("time") - pl.col("installed")).dt.total_microseconds() / _YEAR
    models = [(pl.col("model") == model).fill_null(False) for model in spec.models]
    return described.select(
        age.alias("machine_age"),
        *(
            is_model.alias(f"model_{name}")
            for is_model, name in zip(models, spec.models, strict=True)
        ),
    )
