"""The instants at which a plant's machines are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self

import numpy as np
import polars as pl

from faultcast.config.plant import Plant
from faultcast.config.simulation import Simulation
from faultcast.data.simulator.noise import HOUR, FloatArray

HOURS_A_MONTH = 730.5


@dataclass(frozen=True)
class Clock:
    """Regular instants; physics counts in hours since the first of them."""

    start: datetime
    step: timedelta
    steps: int
    hour_of_day: FloatArray
    weekday: FloatArray
    day_of_year: FloatArray

    @classmethod
    def of(cls, simulation: Simulation, plant: Plant) -> Self:
        """Start at midnight of the plant's time zone; hours and weekdays are local ones."""
        start = datetime.combine(simulation.start, time(), tzinfo=plant.zone)
        step = plant.telemetry.interval
        steps = simulation.length // step
        local = _instants(start, step, steps).dt.convert_time_zone(plant.time_zone)
        return cls(
            start=start,
            step=step,
            steps=steps,
            hour_of_day=(local.dt.hour() + local.dt.minute() / 60).to_numpy(),
            weekday=local.dt.weekday().cast(pl.Float64).to_numpy(),
            day_of_year=local.dt.ordinal_day().cast(pl.Float64).to_numpy(),
        )

    @property
    def hours(self) -> FloatArray:
        """Hours from the start to each instant."""
        return np.arange(self.steps) * (self.step / HOUR)

    @property
    def end(self) -> float:
        """Hours from the start to one step after the last instant."""
        return self.steps * (self.step / HOUR)

    def times(self, hours: FloatArray) -> pl.Series:
        """Turn hours since the start into times of whole minutes, UTC."""
        minutes = np.floor(hours * 60 + 1e-6).astype(np.int64)
        return _after(self.start, minutes * 60_000_000)


def _instants(start: datetime, step: timedelta, steps: int) -> pl.Series:
    return _after(start, np.arange(steps) * (step // timedelta(microseconds=1)))


def _after(start: datetime, microseconds: np.ndarray) -> pl.Series:
    first = int(start.timestamp()) * 1_000_000
    return pl.Series(first + microseconds).cast(pl.Datetime("us", "UTC"))
