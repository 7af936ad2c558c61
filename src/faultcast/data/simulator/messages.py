"""The non-fatal error messages of a machine: some for no reason, some before a failure."""

from __future__ import annotations

import numpy as np

from faultcast.config.simulation import Simulation
from faultcast.data.simulator.chance import FloatArray
from faultcast.data.simulator.clock import HOURS_A_MONTH, Clock
from faultcast.data.simulator.conditions import Conditions
from faultcast.data.simulator.damage import Damage


def machine_messages(
    simulation: Simulation,
    conditions: Conditions,
    damage: Damage,
    clock: Clock,
    rng: np.random.Generator,
) -> dict[str, FloatArray]:
    """Draw the hours of each code's messages: a Poisson process cut to one message a step.

    A healthy machine's rate grows with its load, a damaged one's with the damage too.
    """
    messages = {}
    for code, per_month in simulation.messages.items():
        rate = conditions.load * per_month / HOURS_A_MONTH + _from_damage(simulation, code, damage)
        sent = rng.uniform(size=clock.steps) < -np.expm1(-rate * clock.step_hours)
        # A message stands in the step before its reading, so that none follows the last one.
        moment = clock.hours - rng.uniform(size=clock.steps) * clock.step_hours
        messages[code] = moment[sent & (moment >= 0)]
    return messages


def _from_damage(simulation: Simulation, code: str, damage: Damage) -> FloatArray:
    rate = np.zeros(1)
    for (component, mode), grown in damage.items():
        per_day = simulation.components[component].modes[mode].messages.get(code, 0)
        rate = rate + per_day / 24 * grown
    return rate
