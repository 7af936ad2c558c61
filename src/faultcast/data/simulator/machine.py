"""One machine's life in the simulated time: what happened and what its logs say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faultcast.config.simulation import Simulation, Upsets
from faultcast.data.simulator.clock import HOURS_A_MONTH, Clock
from faultcast.data.simulator.conditions import machine_conditions
from faultcast.data.simulator.messages import Message, machine_messages
from faultcast.data.simulator.noise import HOUR, FloatArray, lognormal
from faultcast.data.simulator.readings import machine_readings
from faultcast.data.simulator.wear import History, component_history

_REPAIR_SIGMA = 0.5
_UPSET_SIGMA = 0.5


@dataclass(frozen=True)
class MachineLog:
    """A machine, its readings (row a step, column a sensor; NaN during repairs) and its events."""

    name: str
    model: str
    age: int
    readings: FloatArray
    histories: dict[str, History]
    messages: list[Message]


def simulate_machine(
    simulation: Simulation, name: str, heat: FloatArray, clock: Clock, rng: np.random.Generator
) -> MachineLog:
    """Let a machine work, wear, fail and be repaired."""
    model_name, age = _describe(simulation, rng)
    model = simulation.models[model_name]
    pace = model.pace * (1 + simulation.aging * age)
    conditions = machine_conditions(simulation.load, heat, clock, rng)
    histories = {
        part: component_history(component, conditions, pace, clock, rng)
        for part, component in simulation.components.items()
    }
    damage = {
        (part, mode): grown
        for part, history in histories.items()
        for mode, grown in history.damage.items()
    }
    messages = machine_messages(simulation, conditions, damage, clock, rng)
    _add_upsets(simulation, damage, clock, rng)
    readings = machine_readings(simulation, model, conditions, damage, clock, rng)
    _stop_for_repairs(simulation, readings, histories, clock, rng)
    return MachineLog(name, model_name, age, readings, histories, messages)


def _describe(simulation: Simulation, rng: np.random.Generator) -> tuple[str, int]:
    names = list(simulation.models)
    shares = np.cumsum([model.share for model in simulation.models.values()])
    model = names[int(np.searchsorted(shares / shares[-1], rng.uniform()))]
    return model, int(np.ceil(simulation.oldest * rng.uniform()))


def _add_upsets(
    simulation: Simulation,
    damage: dict[tuple[str, str], FloatArray],
    clock: Clock,
    rng: np.random.Generator,
) -> None:
    """Add what resembles a failure mode's damage, and passes."""
    upsets: Upsets = simulation.upsets
    modes = [(part, mode) for part, c in simulation.components.items() for mode in c.modes]
    for _ in range(rng.poisson(upsets.per_month * clock.end / HOURS_A_MONTH)):
        key = modes[rng.integers(len(modes))]
        begin = rng.uniform(0, clock.end)
        length = lognormal(rng, upsets.length / HOUR, _UPSET_SIGMA)
        phase = np.clip((clock.hours - begin) / length, 0, 1)
        bump = upsets.strength * rng.uniform(0.3, 1) * np.sin(np.pi * phase) ** 2
        damage[key] = damage.get(key, np.zeros(clock.steps)) + bump


def _stop_for_repairs(
    simulation: Simulation,
    readings: FloatArray,
    histories: dict[str, History],
    clock: Clock,
    rng: np.random.Generator,
) -> None:
    for history in histories.values():
        for failure in history.failures:
            length = lognormal(rng, simulation.repair / HOUR, _REPAIR_SIGMA)
            stopped = (clock.hours > failure) & (clock.hours <= failure + length)
            readings[stopped] = np.nan
