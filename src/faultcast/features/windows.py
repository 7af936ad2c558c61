"""Statistics of each sensor over windows (t - window, t], measured in time, not in rows.

Means, standard deviations and slopes come from differences of running sums of whole numbers: exact,
even where a running sum wraps around 2**64, because the difference wraps back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from faultcast.config.plant import Sensor
from faultcast.features.spec import window_name
from faultcast.features.steps import step, to_reading

_SECONDS_PER_HOUR = 3600
_BEFORE_ALL = datetime(1900, 1, 1, tzinfo=UTC)


def window_sums(
    rows: pl.LazyFrame, counts: pl.LazyFrame, windows: Sequence[timedelta]
) -> pl.LazyFrame:
    """Sum each column of `counts` over (t - window, t] for every row (machine, t).

    Args:
        rows: `machine`, `time`, sorted by machine and time.
        counts: `machine`, `time` and whole-number columns without nulls, in the same order.
        windows: the windows' lengths.

    Returns:
        The rows with whole-number columns `window_name(column, "sum", window)`.
    """
    columns = [name for name in counts.collect_schema() if name not in ("machine", "time")]
    running = _with_origins(rows, counts, columns).with_columns(pl.col(columns).cum_sum())
    sums = _as_of(rows, running)
    for window in windows:
        start = {column: window_name(column, "sum", window) for column in columns}
        sums = _as_of(sums, running.with_columns(pl.col("time") + window).rename(start))
        sums = sums.with_columns(
            (pl.col(column) - pl.col(name)).alias(name) for column, name in start.items()
        )
    return sums.drop(columns)


def _as_of(rows: pl.LazyFrame, running: pl.LazyFrame) -> pl.LazyFrame:
    return rows.join_asof(running, on="time", by="machine", check_sortedness=False)


def _with_origins(rows: pl.LazyFrame, counts: pl.LazyFrame, columns: Sequence[str]) -> pl.LazyFrame:
    """Put a row of zeros before each machine's first, where its running sums start."""
    origins = (
        rows.select("machine")
        .unique()
        .with_columns(
            pl.lit(_BEFORE_ALL).cast(pl.Datetime("us", "UTC")).alias("time"),
            *(pl.lit(0, pl.Int64).alias(column) for column in columns),
        )
    )
    return pl.concat([origins, counts.select("machine", "time", *columns)]).sort("machine", "time")


def sensor_moments(readings: pl.LazyFrame, sensors: Mapping[str, Sensor]) -> pl.LazyFrame:
    """Return what statistics are made of: n, x, x², s, s², x·s (x in steps, s in seconds)."""
    second = pl.col("time").dt.epoch("s")
    moments = []
    for name in sensors:
        x = pl.col(name)
        s = pl.when(x.is_not_null()).then(second)
        parts = {
            "n": x.is_not_null().cast(pl.Int64),
            "x": x,
            "xx": x * x,
            "s": s,
            "ss": s * s,
            "xs": x * s,
        }
        moments += [part.fill_null(0).alias(f"{name}:{key}") for key, part in parts.items()]
    return readings.select("machine", "time", *moments)


def statistics(sensors: Mapping[str, Sensor], windows: Sequence[timedelta]) -> list[pl.Expr]:
    """Return mean, sample standard deviation (n - 1) and least-squares slope per hour.

    Fewer than two readings have no deviation; readings at one moment have no slope.
    """
    return [
        expression
        for name, sensor in sensors.items()
        for window in windows
        for expression in _statistics(name, sensor, window)
    ]


def _statistics(name: str, sensor: Sensor, window: timedelta) -> list[pl.Expr]:
    def moment(key: str) -> pl.Expr:
        return pl.col(window_name(f"{name}:{key}", "sum", window))

    n, x, t = moment("n"), moment("x"), pl.col("time").dt.epoch("s")
    # Seconds are counted from the row's own time, where the whole numbers become small again.
    s = moment("s") - n * t
    ss = moment("ss") - 2 * t * moment("s") + n * t * t
    xs = moment("xs") - t * x
    n_, x_, s_ = n.cast(pl.Float64), x.cast(pl.Float64), s.cast(pl.Float64)
    deviation = ((moment("xx").cast(pl.Float64) - x_ * x_ / n_) / (n_ - 1)).clip(0).sqrt()
    spread = n_ * ss.cast(pl.Float64) - s_ * s_
    slope = (n_ * xs.cast(pl.Float64) - x_ * s_) / spread
    return [
        _where(n > 0, to_reading(x_ / n_, sensor), window_name(name, "mean", window)),
        _where(n > 1, deviation * step(sensor), window_name(name, "std", window)),
        _where(
            spread > 0,
            slope * (step(sensor) * _SECONDS_PER_HOUR),
            window_name(name, "slope", window),
        ),
    ]


def extremes(sensors: Mapping[str, Sensor], windows: Sequence[timedelta]) -> list[pl.Expr]:
    """Return each window's lowest and highest reading, for rows that stand among readings."""
    return [
        to_reading(roll(pl.col(name), "time", window_size=window).over("machine"), sensor).alias(
            window_name(name, statistic, window)
        )
        for name, sensor in sensors.items()
        for window in windows
        for statistic, roll in (("min", pl.Expr.rolling_min_by), ("max", pl.Expr.rolling_max_by))
    ]


def _where(condition: pl.Expr, value: pl.Expr, name: str) -> pl.Expr:
    return pl.when(condition).then(value).alias(name)
