"""A sensor's unit and range, guessed from its column's name and readings."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import polars as pl

from faultcast.data.naming import as_name

# Units that plants use most, by what a column's name says.
_UNITS = (
    ("volt", "V"),
    ("current|ampere", "A"),
    ("power", "kW"),
    ("pressure|druck", "bar"),
    ("temp", "°C"),
    ("vibration|vib(rms)?$", "mm/s"),
    ("rotat|rpm|spindlespeed", "rpm"),
    ("torque", "Nm"),
    ("force", "kN"),
    ("flow", "l/min"),
    ("humid", "%"),
    ("frequency", "Hz"),
)
_SUFFIXES = {
    "a": "A",
    "bar": "bar",
    "c": "°C",
    "f": "°F",
    "hz": "Hz",
    "k": "K",
    "kn": "kN",
    "kpa": "kPa",
    "kw": "kW",
    "mm": "mm",
    "mpa": "MPa",
    "ms": "ms",
    "nm": "Nm",
    "pct": "%",
    "psi": "psi",
    "rpm": "rpm",
    "v": "V",
    "w": "W",
}
_TEMPERATURES = {"°C", "°F"}
_BRACKETS = re.compile(r"[\[(]([^\])]+)[\])]\s*$")
_TAIL = 0.001
_FAR = 1.0


@dataclass(frozen=True)
class SensorGuess:
    """A sensor as the configuration will have it; `unit_told` when its column says the unit."""

    name: str
    column: str
    unit: str
    unit_told: bool
    min: float
    max: float


def guess_sensor(column: str, values: pl.Series, taken: set[str]) -> SensorGuess | None:
    """Guess a sensor; None where the readings never change.

    Args:
        column: the column's name.
        values: its readings, numbers or text.
        taken: names that the sensor cannot have.
    """
    readings = values.cast(pl.Float64, strict=False).drop_nulls()
    readings = readings.filter(readings.is_finite())
    if readings.n_unique() < 2:
        return None
    told = _BRACKETS.search(column)
    name = as_name(_BRACKETS.sub("", column), "sensor")
    while name in taken:
        name += "_reading"
    unit = told[1] if told else _likely_unit(column)
    low, high = sensible_range(readings, below_zero=unit in _TEMPERATURES)
    return SensorGuess(name, column, unit, told is not None, low, high)


def _likely_unit(column: str) -> str:
    *_, suffix = re.split(r"[^a-z]+", column.lower())
    if suffix != column.lower() and suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    plain = re.sub(r"[^a-z]+", "", column.lower())
    return next((unit for pattern, unit in _UNITS if re.search(pattern, plain)), "")


def sensible_range(readings: pl.Series, below_zero: bool = False) -> tuple[float, float]:
    """Widen the range of the readings by its half on each side, to round numbers.

    Readings farther from the middle 99.8 % than these are spread, such as -9999 for no reading, do
    not count. What is never negative stays so.
    """
    low, high = (float(readings.quantile(q) or 0) for q in (_TAIL, 1 - _TAIL))
    reach = _FAR * (high - low) or _FAR * max(abs(low), 1.0)
    usual = readings.filter(readings.is_between(low - reach, high + reach))
    low, high = float(usual.min()), float(usual.max())  # type: ignore[arg-type]
    margin = (high - low) / 2
    step = 10.0 ** math.floor(math.log10(high - low or 1.0)) / 2
    floor = math.floor((low - margin) / step) * step
    ceiling = math.ceil((high + margin) / step) * step
    return (max(floor, 0.0) if low >= 0 and not below_zero else floor), ceiling
