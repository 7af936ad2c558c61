"""How components wear, show it, and fail or are replaced.

Wear is time worked, weighted by load and heat (Nelson 1990, cumulative exposure); a component fails when
its wear reaches a life drawn from a Weibull distribution, so its hazard grows with wear and with load.
Damage is what sensors can see of it: nothing until the warning time before the failure, then growing to 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from faultcast.config.simulation import Component
from faultcast.data.simulator.clock import Clock
from faultcast.data.simulator.conditions import Conditions
from faultcast.data.simulator.noise import HOUR, FloatArray, lognormal

_WARNING_SIGMA = 0.35
_STRENGTH_SIGMA = 0.25
_DAMAGE_POWER = 1.5
_PLANNED_SPREAD = 0.15
_PLANNED_HOUR = 6
_LEAST_LOAD = 0.05


@dataclass(frozen=True)
class History:
    """A component's failures and planned replacements, in hours since the start, and its damage by mode."""

    failures: list[float] = field(default_factory=list)
    failed_modes: list[str] = field(default_factory=list)
    replacements: list[float] = field(default_factory=list)
    damage: dict[str, FloatArray] = field(default_factory=dict)


@dataclass(frozen=True)
class Life:
    """From a component's installation to its failure, were it never replaced."""

    installed: float
    worn_from: float
    worn_out: float
    mode: str
    warning: float
    strength: float


def wear_rate(component: Component, conditions: Conditions, pace: float) -> FloatArray:
    """Wear in an hour: load to a power (inverse power law), a factor for each 10 degrees, and a pace.

    Source: Nelson (1990), Accelerated Testing, chapter 2.
    """
    load = np.maximum(conditions.load, _LEAST_LOAD) ** component.load_power
    return pace * load * component.heat_factor ** (conditions.heat / 10)


def component_history(
    component: Component,
    conditions: Conditions,
    pace: float,
    clock: Clock,
    rng: np.random.Generator,
) -> History:
    """Follow a component and its successors through the simulated time."""
    hourly = wear_rate(component, conditions, pace)
    worn = np.concatenate([[0.0], np.cumsum(hourly * (clock.step / HOUR))])
    grid = np.append(clock.hours, clock.end)
    history = History()
    life = _first_life(component, float(hourly.mean()), rng)
    history.replacements.append(life.installed)
    while True:
        failure = float(np.interp(life.worn_out, worn, grid, right=np.inf))
        planned = _planned_replacement(component, life.installed, rng)
        end = min(failure, planned)
        _add_damage(history, life, worn[:-1], clock.hours < end)
        if end >= clock.end:
            return history
        if failure < planned:
            history.failures.append(failure)
            history.failed_modes.append(life.mode)
        else:
            history.replacements.append(planned)
        life = _next_life(component, end, float(np.interp(end, grid, worn)), rng)


def _first_life(component: Component, mean_rate: float, rng: np.random.Generator) -> Life:
    """A component that has worked for a while and has not failed: Weibull, given that it survived."""
    age = rng.uniform(0, 0.7) * (component.replaced_after / HOUR)
    scale, shape = component.life / HOUR, component.shape
    wear = age * mean_rate
    life = scale * ((wear / scale) ** shape + rng.standard_exponential()) ** (1 / shape)
    return _life(component, -age, -wear, life, rng)


def _next_life(
    component: Component, installed: float, worn: float, rng: np.random.Generator
) -> Life:
    life = component.life / HOUR * rng.weibull(component.shape)
    return _life(component, installed, worn, life, rng)


def _life(
    component: Component, installed: float, worn: float, life: float, rng: np.random.Generator
) -> Life:
    names = list(component.modes)
    shares = np.array([mode.share for mode in component.modes.values()])
    mode = names[int(np.searchsorted(np.cumsum(shares / shares.sum()), rng.uniform()))]
    return Life(
        installed=installed,
        worn_from=worn,
        worn_out=worn + life,
        mode=mode,
        warning=lognormal(rng, component.modes[mode].warning / HOUR, _WARNING_SIGMA),
        strength=lognormal(rng, 1.0, _STRENGTH_SIGMA),
    )


def _planned_replacement(component: Component, installed: float, rng: np.random.Generator) -> float:
    """A morning around the planned age."""
    age = component.replaced_after / HOUR * (1 + _PLANNED_SPREAD * rng.uniform(-1, 1))
    return float(np.ceil(max(installed + age, 0) / 24) * 24 + _PLANNED_HOUR)


def _add_damage(history: History, life: Life, worn: FloatArray, installed: np.ndarray) -> None:
    grown = np.clip((worn - (life.worn_out - life.warning)) / life.warning, 0, 1)
    alive = installed & (worn >= life.worn_from)
    damage = np.where(alive, life.strength * grown**_DAMAGE_POWER, 0)
    history.damage[life.mode] = history.damage.get(life.mode, 0) + damage
