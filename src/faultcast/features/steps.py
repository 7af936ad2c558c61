"""Readings counted in whole steps of a sensor's resolution, so that sums over them are exact.

A floating-point sum depends on the order of its terms and on what a running sum held before. Whole
numbers have neither flaw: a window's sum is the same to the bit whether it was computed from a year
of history or from the window alone, which is what makes training and serving agree.
"""

from __future__ import annotations

import math

import polars as pl

from faultcast.config.plant import Sensor

_STEPS = 2**20


def step(sensor: Sensor) -> float:
    """Return a sensor's resolution: a power of two, at most a millionth of its range."""
    return float(2.0 ** math.floor(math.log2((sensor.max - sensor.min) / _STEPS)))


def zero(sensor: Sensor) -> float:
    """Return the reading that counts as no steps: the middle of the range, in whole steps."""
    return round((sensor.min + sensor.max) / 2 / step(sensor)) * step(sensor)


def to_steps(name: str, sensor: Sensor) -> pl.Expr:
    """Count readings in steps from mid-range; what lies outside the range is missing."""
    reading = pl.when(pl.col(name).is_between(sensor.min, sensor.max)).then(pl.col(name))
    return ((reading - zero(sensor)) / step(sensor)).round().cast(pl.Int64).alias(name)


def to_reading(steps: pl.Expr, sensor: Sensor) -> pl.Expr:
    """Turn a position in steps back into a reading in the sensor's unit."""
    return steps * step(sensor) + zero(sensor)
