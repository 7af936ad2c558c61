"""Durations as people write them: `30m`, `6h`, `2d`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PATTERN = r"^[1-9][0-9]{0,6}[smhd]$"


def parse_duration(value: object) -> timedelta:
    """Read a duration such as `24h`.

    Raises:
        ValueError: not a whole number followed by s, m, h or d.
    """
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.fullmatch(_PATTERN, value):
        raise ValueError(
            f"{value!r} is not a duration: write a whole number and a unit, "
            "one of s, m, h, d, for example 24h"
        )
    return timedelta(**{_UNITS[value[-1]]: int(value[:-1])})


def format_duration(value: timedelta) -> str:
    """Write a duration in its largest whole unit below a day: 86,400 s is `24h`."""
    seconds = int(value.total_seconds())
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def horizon_name(name: str, horizon: timedelta) -> str:
    """Name what is said of a component or machine over a horizon beside the main one: `pump_6h`."""
    return f"{name}_{format_duration(horizon)}"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": ["30m", "24h", "7d"]}),
]
