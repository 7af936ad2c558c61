"""What a machine is exposed to: load, product and heat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from faultcast.config.simulation import Climate, Load
from faultcast.data.simulator.clock import Clock
from faultcast.data.simulator.noise import HOUR, FloatArray, persistent_noise

_WARMEST_DAY = 205
_WARMEST_HOUR = 15
_SATURDAY = 6
_DAY_SHIFT = (6, 22)
_SHORTEST_CAMPAIGN_H = 8


@dataclass(frozen=True)
class Conditions:
    """Load (1 is full), product (standard deviations off the usual) and heat (degrees Celsius off the mean)."""

    load: FloatArray
    product: FloatArray
    heat: FloatArray


def hall_temperature(climate: Climate, clock: Clock, rng: np.random.Generator) -> FloatArray:
    """Draw the temperature that all machines of a plant share."""
    season = np.cos(2 * np.pi * (clock.day_of_year - _WARMEST_DAY) / 365.25)
    day = np.cos(2 * np.pi * (clock.hour_of_day - _WARMEST_HOUR) / 24)
    weather = persistent_noise(rng, clock.steps, clock.step, timedelta(days=4))
    return climate.season * season + climate.daily * day + climate.weather * weather


def machine_conditions(
    load: Load, heat: FloatArray, clock: Clock, rng: np.random.Generator
) -> Conditions:
    """Draw what one machine produces, and how hard it works for it."""
    campaign = _campaigns(load, clock, rng)
    factors = 1 + load.spread * rng.standard_normal(campaign[-1] + 1)
    products = rng.standard_normal(campaign[-1] + 1)
    noise = load.noise * persistent_noise(rng, clock.steps, clock.step, timedelta(hours=3))
    worked = (
        _shifts(load, clock) * np.clip(factors, 0.3, None)[campaign] * np.clip(1 + noise, 0.2, None)
    )
    return Conditions(load=worked, product=products[campaign], heat=heat)


def _shifts(load: Load, clock: Clock) -> FloatArray:
    begin, end = _DAY_SHIFT
    by_day = (clock.hour_of_day >= begin) & (clock.hour_of_day < end)
    weekday = np.where(by_day, load.day, load.night)
    return np.where(clock.weekday >= _SATURDAY, load.weekend, weekday)


def _campaigns(load: Load, clock: Clock, rng: np.random.Generator) -> np.ndarray:
    """Number of the campaign at each instant; lengths are exponential."""
    mean = load.campaign / HOUR
    lengths = rng.exponential(mean, size=2 + int(3 * clock.end / mean)) + _SHORTEST_CAMPAIGN_H
    return np.searchsorted(np.cumsum(lengths), clock.hours, side="right")
