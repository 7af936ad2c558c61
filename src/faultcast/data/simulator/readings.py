"""What the sensors of a machine show of its work, its hall and its damage."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from faultcast.config.simulation import MachineModel, Reading, Simulation
from faultcast.data.simulator.clock import HOURS_A_MONTH, Clock
from faultcast.data.simulator.conditions import Conditions
from faultcast.data.simulator.noise import FloatArray, persistent_noise


Damage = Mapping[tuple[str, str], FloatArray]
"""Damage at each instant, by component and failure mode."""


def machine_readings(
    simulation: Simulation,
    model: MachineModel,
    conditions: Conditions,
    damage: Damage,
    clock: Clock,
    rng: np.random.Generator,
) -> FloatArray:
    """Draw a machine's readings, one column a sensor, before the logger's flaws."""
    columns = [
        _reading(name, sensor, model, conditions, _symptoms(simulation, name, damage), clock, rng)
        for name, sensor in simulation.sensors.items()
    ]
    return np.column_stack(columns)


def _reading(
    name: str,
    sensor: Reading,
    model: MachineModel,
    conditions: Conditions,
    symptoms: tuple[FloatArray, FloatArray],
    clock: Clock,
    rng: np.random.Generator,
) -> FloatArray:
    shift, scatter = (model.visibility * conditions.load * part for part in symptoms)
    level = sensor.level + model.levels.get(name, 0) + sensor.spread * rng.standard_normal()
    drift = sensor.drift * rng.standard_normal() * clock.hours / HOURS_A_MONTH
    healthy = (
        level
        + drift
        + sensor.load * conditions.load
        + sensor.heat * conditions.heat
        + sensor.product * conditions.product
    )
    noise = sensor.noise * persistent_noise(rng, clock.steps, clock.step, sensor.persistence)
    return healthy + shift + noise * (1 + scatter)


def _symptoms(simulation: Simulation, sensor: str, damage: Damage) -> tuple[FloatArray, FloatArray]:
    shift, scatter = np.zeros(1), np.zeros(1)
    for (component, mode), grown in damage.items():
        symptom = simulation.components[component].modes[mode].symptoms.get(sensor)
        if symptom is not None:
            shift = shift + symptom.shift * grown
            scatter = scatter + symptom.scatter * grown
    return shift, scatter
