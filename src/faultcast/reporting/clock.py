"""Times as the people of a plant read them: in its own time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from faultcast.config.plant import Plant

_LONG = timedelta(days=200)


def local(plant: Plant, column: str = "time") -> pl.Expr:
    """Turn UTC into the plant's wall clock, without a zone, as matplotlib draws it."""
    return pl.col(column).dt.convert_time_zone(plant.time_zone).dt.replace_time_zone(None)


def wall_clock(plant: Plant, moment: datetime) -> datetime:
    """Turn one moment into the plant's wall clock, without a zone."""
    return moment.astimezone(ZoneInfo(plant.time_zone)).replace(tzinfo=None)


def written(plant: Plant, moment: datetime) -> str:
    """Write a moment for people: `2025-03-01 14:00`, in the plant's time zone."""
    return f"{wall_clock(plant, moment):%Y-%m-%d %H:%M}"


def with_gaps(column: str, usual: timedelta) -> pl.Expr:
    """Empty what follows a gap in `time`, so that no line is drawn across it."""
    gap = pl.col("time").diff() > 1.5 * usual
    return pl.when(~gap.fill_null(value=False)).then(pl.col(column))


def period_of(length: timedelta) -> tuple[str, str]:
    """Choose the calendar period to count data of a length by: polars' interval, its name."""
    return ("1mo", "month") if length > _LONG else ("1w", "week")
