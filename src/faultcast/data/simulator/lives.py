"""How components wear, fail and are replaced.

Wear is time worked, weighted by load and heat; a component fails when its wear reaches a life drawn
from a Weibull distribution. So its hazard grows with its wear, and with the load at the moment
(cumulative exposure: Nelson 1990, Accelerated Testing, chapter 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from faultcast.config.simulation import Component
from faultcast.data.simulator.chance import HOUR, FloatArray, choose, lognormal
from faultcast.data.simulator.clock import Clock
from faultcast.data.simulator.conditions import Conditions

_LEAST_LOAD = 0.05
_WARNING_SIGMA = 0.15
_STRENGTH_SIGMA = 0.12
_OLDEST_AT_START = 0.7
_PLANNED_SPREAD = 0.15
_PLANNED_HOUR = 6


@dataclass(frozen=True)
class Wear:
    """The wear that a component's place in a machine has seen at each instant, in hours."""

    hours: FloatArray
    worn: FloatArray

    def at(self, hours: float) -> float:
        """Return the wear at a time."""
        return float(np.interp(hours, self.hours, self.worn))

    def reached(self, worn: float) -> float:
        """Return when a wear is reached; infinity where the simulated time ends before."""
        return float(np.interp(worn, self.worn, self.hours, right=np.inf))


@dataclass(frozen=True)
class Life:
    """A component from its installation to its failure or planned replacement.

    Times are hours since the start, wear and warning hours at full load; `worn_out` is the wear at
    which it fails or would have failed.
    """

    installed: float
    worn_out: float
    mode: str
    warning: float
    strength: float
    end: float
    failed: bool


def wear_of(component: Component, conditions: Conditions, pace: float, clock: Clock) -> Wear:
    """Sum up wear: load to a power (inverse power law), a factor for each 10 degrees, a pace.

    Source: Nelson (1990), Accelerated Testing, chapter 2.
    """
    load = np.maximum(conditions.load, _LEAST_LOAD) ** component.load_power
    rate = pace * load * component.heat_factor ** (conditions.heat / 10)
    worn = np.cumsum(rate * clock.step_hours)
    return Wear(hours=clock.hours, worn=np.concatenate([[0.0], worn[:-1]]))


def component_lives(component: Component, wear: Wear, rng: np.random.Generator) -> list[Life]:
    """Follow a component and its successors; the last one outlives the simulated time."""
    lives = [_first_life(component, wear, rng)]
    while lives[-1].end <= wear.hours[-1]:
        installed = lives[-1].end
        life = component.life / HOUR * rng.weibull(component.shape)
        lives.append(_life(component, installed, wear.at(installed) + life, wear, rng))
    return lives


def _first_life(component: Component, wear: Wear, rng: np.random.Generator) -> Life:
    """A component that was installed before the start and survived: Weibull, given its wear."""
    age = rng.uniform(0, _OLDEST_AT_START) * (component.replaced_after / HOUR)
    worn = age * wear.worn[-1] / wear.hours[-1]
    scale, shape = component.life / HOUR, component.shape
    life = scale * ((worn / scale) ** shape + rng.standard_exponential()) ** (1 / shape)
    return _life(component, -age, life - worn, wear, rng)


def _life(
    component: Component, installed: float, worn_out: float, wear: Wear, rng: np.random.Generator
) -> Life:
    mode = choose(rng, {name: mode.share for name, mode in component.modes.items()})
    warning = (component.modes[mode].warning or timedelta(0)) / HOUR
    failure = wear.reached(worn_out)
    planned = _planned_replacement(component, installed, rng)
    return Life(
        installed=installed,
        worn_out=worn_out,
        mode=mode,
        warning=warning * lognormal(rng, 1, _WARNING_SIGMA),
        strength=lognormal(rng, 1, _STRENGTH_SIGMA),
        end=min(failure, planned),
        failed=failure < planned,
    )


def _planned_replacement(component: Component, installed: float, rng: np.random.Generator) -> float:
    """Replace by age (Barlow and Proschan 1965), on a morning around the planned one."""
    age = component.replaced_after / HOUR * rng.uniform(1 - _PLANNED_SPREAD, 1 + _PLANNED_SPREAD)
    return float(np.ceil((installed + age) / 24) * 24 + _PLANNED_HOUR)
