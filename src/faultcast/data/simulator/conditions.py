"""What a machine is exposed to: load, product and heat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from faultcast.config.simulation import Climate, Load
from faultcast.data.simulator.chance import HOUR, FloatArray, persistent_noise
from faultcast.data.simulator.clock import Clock

_DAYS_A_YEAR = 365.25
_WARMEST_DAY, _WARMEST_HOUR = 205, 15
_WEATHER_LASTS = timedelta(days=4)
_DAY_BEGINS, _DAY_ENDS, _SATURDAY = 6, 22, 6
_SHORTEST_CAMPAIGN_H = 8
_LOAD_NOISE_LASTS = timedelta(hours=3)
_LEAST_FACTOR = 0.3


@dataclass(frozen=True)
class Conditions:
    """A machine's conditions at each instant.

    `load` is 1 at full load, `product` counts standard deviations off the usual product, `heat`
    degrees Celsius off the yearly mean.
    """

    load: FloatArray
    product: FloatArray
    heat: FloatArray


def hall_heat(climate: Climate, clock: Clock, rng: np.random.Generator) -> FloatArray:
    """Draw the hall's temperature off its yearly mean, which all machines of a plant share."""
    season = np.cos(2 * np.pi * (clock.day_of_year - _WARMEST_DAY) / _DAYS_A_YEAR)
    day = np.cos(2 * np.pi * (clock.hour_of_day - _WARMEST_HOUR) / 24)
    weather = persistent_noise(rng, clock.steps, clock.step, _WEATHER_LASTS)
    return climate.season * season + climate.daily * day + climate.weather * weather


def machine_conditions(
    load: Load, heat: FloatArray, clock: Clock, rng: np.random.Generator
) -> Conditions:
    """Draw what one machine produces and how hard it works for it."""
    campaign = _campaigns(load, clock, rng)
    factor = 1 + load.spread * rng.standard_normal(campaign[-1] + 1)
    product = rng.standard_normal(campaign[-1] + 1)
    noise = persistent_noise(rng, clock.steps, clock.step, _LOAD_NOISE_LASTS)
    worked = _shifts(load, clock) * _at_least(factor[campaign]) * _at_least(1 + load.noise * noise)
    return Conditions(load=worked, product=product[campaign], heat=heat)


def _shifts(load: Load, clock: Clock) -> FloatArray:
    by_day = (clock.hour_of_day >= _DAY_BEGINS) & (clock.hour_of_day < _DAY_ENDS)
    weekday = np.where(by_day, load.day, load.night)
    return np.where(clock.weekday >= _SATURDAY, load.weekend, weekday)


def _campaigns(load: Load, clock: Clock, rng: np.random.Generator) -> np.ndarray:
    """Number the campaign at each instant; above the shortest, lengths are exponential."""
    mean = load.campaign / HOUR
    enough = 2 + int(clock.end / _SHORTEST_CAMPAIGN_H)
    lengths = _SHORTEST_CAMPAIGN_H + rng.exponential(mean, size=enough)
    return np.searchsorted(np.cumsum(lengths), clock.hours, side="right")


def _at_least(factor: FloatArray) -> FloatArray:
    return np.maximum(factor, _LEAST_FACTOR)
