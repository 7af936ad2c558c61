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


def sensor_moments(sensors: Sequence[str], patterns: Mapping[str, str]) -> dict[str, pl.Expr]:
    """Return what statistics are made of: n, x, x², s, s², x·s (x in steps, s in seconds).

    Args:
        sensors: columns of readings in steps.
        patterns: as `missing_patterns` returns them; the moments without x are summed once for
            all sensors of a pattern.
    """
    moments: dict[str, pl.Expr] = {}
    for name in sensors:
        x = pl.col(name)
        s = pl.when(x.is_not_null()).then(pl.col("time").dt.epoch("s"))
        parts = {"x": x, "xx": x * x, "xs": x * s}
        if patterns[name] == name:
            parts |= {"n": x.is_not_null(), "s": s, "ss": s * s}
        moments |= {
            f"{name}:{key}": part.cast(pl.Int64).fill_null(0) for key, part in parts.items()
        }
    return moments


def missing_patterns(readings: pl.DataFrame, sensors: Sequence[str]) -> dict[str, str]:
    """Return for each sensor the first sensor known to be missing in the same rows.

    Sensors without a missing reading share a pattern; every other sensor has its own.
    """
    complete = [name for name in sensors if not readings[name].null_count()]
    return {name: complete[0] if name in complete else name for name in sensors}


def statistics(
    sensors: Mapping[str, Sensor], patterns: Mapping[str, str], windows: Sequence[timedelta]
) -> list[pl.Expr]:
    """Return mean, sample standard deviation (n - 1) and least-squares slope per hour.

    Fewer than two readings have no deviation; readings at one moment have no slope.
    """
    return [
        expression
        for name, sensor in sensors.items()
        for window in windows
        for expression in _statistics(name, sensor, patterns[name], window)
    ]


def _statistics(name: str, sensor: Sensor, pattern: str, window: timedelta) -> list[pl.Expr]:
    def moment(key: str, source: str = name) -> pl.Expr:
        return pl.col(window_name(f"{source}:{key}", "sum", window))

    def result(condition: pl.Expr, value: pl.Expr, statistic: str) -> pl.Expr:
        return pl.when(condition).then(value).alias(window_name(name, statistic, window))

    n, x, t = moment("n", pattern), moment("x"), pl.col("time").dt.epoch("s")
    # Seconds are counted from the row's own time, where the whole numbers become small again.
    s = moment("s", pattern) - n * t
    ss = moment("ss", pattern) - 2 * t * moment("s", pattern) + n * t * t
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


def extremes(
    rows: pl.LazyFrame,
    readings: pl.LazyFrame,
    sensors: Mapping[str, Sensor],
    windows: Sequence[timedelta],
) -> pl.LazyFrame:
    """Return the lowest and highest reading of the windows that end at each row.

    The rows stand among the readings while the windows roll: a window ends at t, not at a reading.
    """
    only_clock = rows.select("clock")
    among = only_clock.join(readings.select("clock"), on="clock", how="anti").sort("clock")
    missing = among.with_columns(pl.lit(None, pl.Int64).alias(name) for name in sensors)
    timeline = readings.select("clock", *sensors).merge_sorted(missing, "clock")
    for window in windows:
        rolled = timeline.rolling("clock", period=f"{microseconds(window)}i").agg(
            to_reading(extreme(pl.col(name)), sensor).alias(window_name(name, statistic, window))
            for name, sensor in sensors.items()
            for statistic, extreme in (("min", pl.Expr.min), ("max", pl.Expr.max))
        )
        only_clock = only_clock.join_asof(rolled, on="clock")
    return only_clock.drop("clock")
