"""One machine's life in the simulated time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faultcast.config.simulation import Simulation
from faultcast.data.simulator.chance import HOUR, FloatArray, choose, lognormal
from faultcast.data.simulator.clock import Clock
from faultcast.data.simulator.conditions import machine_conditions
from faultcast.data.simulator.damage import component_damage, with_upsets
from faultcast.data.simulator.lives import Life, component_lives, wear_of
from faultcast.data.simulator.messages import machine_messages
from faultcast.data.simulator.readings import machine_readings

_REPAIR_SIGMA = 0.5


@dataclass(frozen=True)
class MachineRecord:
    """What happened to a machine: the lives of its components, its readings and its messages.

    `age` counts whole years; `readings` has a row an instant and a column a sensor, NaN while the
    machine is repaired; `messages` are hours since the start by code.
    """

    name: str
    model: str
    age: int
    lives: dict[str, list[Life]]
    readings: FloatArray
    messages: dict[str, FloatArray]

    @property
    def failures(self) -> list[tuple[str, Life]]:
        """The components that failed, each with the life that ended so."""
        return [(part, life) for part, lives in self.lives.items() for life in lives if life.failed]


def simulate_machine(
    simulation: Simulation, name: str, heat: FloatArray, clock: Clock, rng: np.random.Generator
) -> MachineRecord:
    """Let a machine work, wear, fail and be repaired."""
    model_name = choose(rng, {key: model.share for key, model in simulation.models.items()})
    model = simulation.models[model_name]
    age = int(np.ceil(simulation.oldest * rng.uniform()))
    pace = model.pace * (1 + simulation.aging * age)
    conditions = machine_conditions(simulation.load, heat, clock, rng)
    lives, damage = {}, {}
    for part, component in simulation.components.items():
        wear = wear_of(component, conditions, pace, clock)
        lives[part] = component_lives(component, wear, rng)
        for mode, grown in component_damage(component, lives[part], wear).items():
            damage[part, mode] = grown
    messages = machine_messages(simulation, conditions, damage, clock, rng)
    seen = with_upsets(damage, simulation, clock, rng)
    readings = machine_readings(simulation, model, conditions, seen, clock, rng)
    record = MachineRecord(name, model_name, age, lives, readings, messages)
    _stop_for_repairs(record, simulation, clock, rng)
    return record


def _stop_for_repairs(
    record: MachineRecord, simulation: Simulation, clock: Clock, rng: np.random.Generator
) -> None:
    for _, life in record.failures:
        repaired = life.end + lognormal(rng, simulation.repair / HOUR, _REPAIR_SIGMA)
        record.readings[(clock.hours > life.end) & (clock.hours <= repaired)] = np.nan
