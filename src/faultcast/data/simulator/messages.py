"""The non-fatal error messages of a machine: some for no reason, some before a failure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faultcast.config.simulation import Simulation
from faultcast.data.simulator.clock import HOURS_A_MONTH, Clock
from faultcast.data.simulator.conditions import Conditions
from faultcast.data.simulator.noise import HOUR, FloatArray
from faultcast.data.simulator.readings import Damage


@dataclass(frozen=True)
class Message:
    """An error message: hours since the start, and its code."""

    hours: float
    code: str


def machine_messages(
    simulation: Simulation,
    conditions: Conditions,
    damage: Damage,
    clock: Clock,
    rng: np.random.Generator,
) -> list[Message]:
    """Draw messages as Poisson processes, at most one of a code between two readings."""
    messages = []
    for code, per_month in simulation.messages.items():
        hourly = conditions.load * per_month / HOURS_A_MONTH + _from_damage(
            simulation, code, damage
        )
        sent = rng.uniform(size=clock.steps) < -np.expm1(-hourly * (clock.step / HOUR))
        within = rng.uniform(size=clock.steps) * (clock.step / HOUR)
        messages += [Message(float(hours), code) for hours in (clock.hours + within)[sent]]
    return messages


def _from_damage(simulation: Simulation, code: str, damage: Damage) -> FloatArray:
    hourly = np.zeros(1)
    for (component, mode), grown in damage.items():
        daily = simulation.components[component].modes[mode].messages.get(code, 0)
        hourly = hourly + daily / 24 * grown
    return hourly
