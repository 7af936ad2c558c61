"""The instants at which a plant's machines are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self

import numpy as np
import polars as pl

from faultcast.config.plant import Plant
from faultcast.config.simulation import Simulation
from faultcast.data.simulator.chance import HOUR, FloatArray

HOURS_A_MONTH = 730.5
_MINUTE = 60_000_000


@dataclass(frozen=True)
class Clock:
    """Regular instants; the simulation counts in hours since the first of them."""

    start: datetime
    step: timedelta
    hours: FloatArray
    hour_of_day: FloatArray
    weekday: FloatArray
    day_of_year: FloatArray

    @classmethod
    def of(cls, simulation: Simulation, plant: Plant) -> Self:
        """Start at a midnight of the plant's time zone; days and their hours are local ones."""
        start = datetime.combine(simulation.start, time(), tzinfo=plant.zone)
        step = plant.telemetry.interval
        hours = np.arange(simulation.length // step, dtype=np.float64) * float(step / HOUR)
        local = _instants(start, hours).dt.convert_time_zone(plant.time_zone)
        return cls(
            start=start,
            step=step,
            hours=hours,
            hour_of_day=(local.dt.hour() + local.dt.minute() / 60).to_numpy(),
            weekday=local.dt.weekday().cast(pl.Float64).to_numpy(),
            day_of_year=local.dt.ordinal_day().cast(pl.Float64).to_numpy(),
        )

    @property
    def steps(self) -> int:
        """How many instants there are."""
        return len(self.hours)

    @property
    def step_hours(self) -> float:
        """Hours between two instants."""
        return self.step / HOUR

    @property
    def end(self) -> float:
        """Hours from the first to the last instant."""
        return float(self.hours[-1])

    @property
    def months(self) -> float:
        """The time span in months."""
        return self.end / HOURS_A_MONTH

    def times(self, hours: FloatArray | Sequence[float]) -> pl.Series:
        """Turn hours since the start into instants, cut to whole minutes."""
        return _instants(self.start, np.asarray(hours, dtype=np.float64))


def _instants(start: datetime, hours: FloatArray) -> pl.Series:
    # A ten-minute step is no binary fraction of an hour: 0.5 us are added before the cut.
    minutes = np.floor(hours * 60 + 1e-8).astype(np.int64)
    first = int(start.timestamp()) * 1_000_000
    return pl.Series(first + minutes * _MINUTE).cast(pl.Datetime("us", "UTC"))
