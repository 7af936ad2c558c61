"""What can be seen of wear before a failure, and passing upsets that resemble it.

Damage is 0 until the warning time before the failure and then grows to about 1 (the interval from
potential to functional failure: Moubray 1997, Reliability-centred Maintenance).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from faultcast.config.simulation import Component, Simulation
from faultcast.data.simulator.chance import HOUR, FloatArray, lognormal
from faultcast.data.simulator.clock import Clock
from faultcast.data.simulator.lives import Life, Wear

_GROWTH_POWER = 0.7
_UPSET_SIGMA = 0.5
_WEAKEST_UPSET = 0.3

Damage = Mapping[tuple[str, str], FloatArray]
"""Damage at each instant, by component and failure mode; what is missing is undamaged."""


def component_damage(
    component: Component, lives: Sequence[Life], wear: Wear
) -> dict[str, FloatArray]:
    """Return the damage at each instant by failure mode, for modes that give warning."""
    damage = {
        name: np.zeros(len(wear.hours)) for name, mode in component.modes.items() if mode.warning
    }
    for life in lives:
        if life.mode in damage:
            damage[life.mode] += _damage(life, wear)
    return damage


def _damage(life: Life, wear: Wear) -> FloatArray:
    used = np.clip(1 + (wear.worn - life.worn_out) / life.warning, 0, 1)
    installed = (wear.hours > life.installed) & (wear.hours <= life.end)
    return np.where(installed, life.strength * used**_GROWTH_POWER, 0.0)


def with_upsets(
    damage: Damage, simulation: Simulation, clock: Clock, rng: np.random.Generator
) -> Damage:
    """Add passing disturbances that sensors cannot tell from damage at first."""
    seen, modes, upsets = dict(damage), list(damage), simulation.upsets
    for _ in range(rng.poisson(upsets.per_month * clock.months)):
        mode = modes[rng.integers(len(modes))]
        begin = rng.uniform(0, clock.end)
        length = lognormal(rng, upsets.length / HOUR, _UPSET_SIGMA)
        phase = np.clip((clock.hours - begin) / length, 0, 1)
        peak = upsets.strength * rng.uniform(_WEAKEST_UPSET, 1)
        seen[mode] = seen[mode] + peak * np.sin(np.pi * phase) ** 2
    return seen
