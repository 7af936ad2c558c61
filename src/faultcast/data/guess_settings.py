"""Horizon, stride and windows that suit how often a plant's readings come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

_HOUR = timedelta(hours=1)
_MANY_FORECASTS = 150_000


@dataclass(frozen=True)
class Settings:
    """How forecasts are made, as the configuration's keys of the same names say."""

    interval: timedelta
    horizon: timedelta
    stride: timedelta
    windows: tuple[timedelta, ...]
    lags: tuple[timedelta, ...]
    lead_time: timedelta


def suggest_settings(interval: timedelta, rows: int) -> Settings:
    """Suggest a day's horizon for readings that come at least hourly, else 24 intervals.

    Args:
        interval: usual time between two readings of a machine.
        rows: readings in all; where an hourly stride would make more than 150,000 forecasts of
            them, it is three hours.
    """
    unit = max(_HOUR, interval)
    forecasts = rows * (interval / unit)
    return Settings(
        interval=interval,
        horizon=24 * unit,
        stride=3 * unit if forecasts > _MANY_FORECASTS else unit,
        windows=(3 * unit, 24 * unit),
        lags=(24 * unit,),
        lead_time=12 * unit,
    )
