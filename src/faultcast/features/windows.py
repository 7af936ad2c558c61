"""Statistics of each sensor over windows (t - window, t], measured in time, not in rows.

Means, standard deviations and slopes come from differences of running sums of whole numbers: exact,
even where a running sum wraps around 2**64, because the difference wraps back. All frames here
carry the column `clock` of `faultcast.features.clock` and are sorted by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import polars as pl

from faultcast.config.plant import Sensor
from faultcast.features.clock import microseconds
from faultcast.features.spec import window_name
from faultcast.features.steps import step, to_reading

_SECONDS_PER_HOUR = 3600


def window_sums(
    rows: pl.LazyFrame, counts: pl.LazyFrame, columns: Sequence[str], windows: Sequence[timedelta]
) -> pl.LazyFrame:
    """Sum whole-number columns of `counts` over (t - window, t] for every row.

    The sums run on from machine to machine: before a machine's first row they stand where the
    machine before it ended, which is where its own first window begins.

    Returns:
        The rows with a column `window_name(column, "sum", window)` each.
    """
    running = counts.select("clock", pl.col(columns).cum_sum())
    sums = rows.join_asof(running, on="clock")
    for window in windows:
        names = {column: window_name(column, "sum", window) for column in columns}
        start = running.rename(names).with_columns(pl.col("clock") + microseconds(window))
        sums = sums.join_asof(start, on="clock").with_columns(
            (pl.col(column).fill_null(0) - pl.col(name).fill_null(0)).alias(name)
            for column, name in names.items()
        )
    return sums.drop(columns)


def sensor_moments(sensors: Mapping[str, Sensor]) -> dict[str, pl.Expr]:
    """Return what statistics are made of: n, x, x², s, s², x·s (x in steps, s in seconds)."""
    moments: dict[str, pl.Expr] = {}
    for name in sensors:
        x = pl.col(name)
        s = pl.when(x.is_not_null()).then(pl.col("time").dt.epoch("s"))
        parts = {"n": x.is_not_null(), "x": x, "xx": x * x, "s": s, "ss": s * s, "xs": x * s}
        moments |= {
            f"{name}:{key}": part.cast(pl.Int64).fill_null(0) for key, part in parts.items()
        }
    return moments


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

    def result(condition: pl.Expr, value: pl.Expr, statistic: str) -> pl.Expr:
        return pl.when(condition).then(value).alias(window_name(name, statistic, window))

    n, x, t = moment("n"), moment("x"), pl.col("time").dt.epoch("s")
    # Seconds are counted from the row's own time, where the whole numbers become small again.
    s = moment("s") - n * t
    ss = moment("ss") - 2 * t * moment("s") + n * t * t
    xs = moment("xs") - t * x
    count, sum_x, sum_s = n.cast(pl.Float64), x.cast(pl.Float64), s.cast(pl.Float64)
    variance = (moment("xx").cast(pl.Float64) - sum_x * sum_x / count) / (count - 1)
    spread = count * ss.cast(pl.Float64) - sum_s * sum_s
    slope = (count * xs.cast(pl.Float64) - sum_x * sum_s) / spread
    return [
        result(n > 0, to_reading(sum_x / count, sensor), "mean"),
        result(n > 1, variance.clip(0).sqrt() * step(sensor), "std"),
        result(spread > 0, slope * (step(sensor) * _SECONDS_PER_HOUR), "slope"),
    ]


def extremes(sensors: Mapping[str, Sensor], windows: Sequence[timedelta]) -> list[pl.Expr]:
    """Return the lowest and highest reading of the window that ends at each row of a timeline."""
    return [
        to_reading(
            roll(pl.col(name), "clock", window_size=f"{microseconds(window)}i"), sensor
        ).alias(window_name(name, statistic, window))
        for name, sensor in sensors.items()
        for window in windows
        for statistic, roll in (("min", pl.Expr.rolling_min_by), ("max", pl.Expr.rolling_max_by))
    ]
