"""What the sensors of a machine show of its work, its hall and its damage."""

from __future__ import annotations

import numpy as np

from faultcast.config.simulation import MachineModel, Reading, Simulation
from faultcast.data.simulator.chance import FloatArray, persistent_noise
from faultcast.data.simulator.clock import HOURS_A_MONTH, Clock
from faultcast.data.simulator.conditions import Conditions
from faultcast.data.simulator.damage import Damage


def machine_readings(
    simulation: Simulation,
    model: MachineModel,
    conditions: Conditions,
    damage: Damage,
    clock: Clock,
    rng: np.random.Generator,
) -> FloatArray:
    """Draw a machine's readings, a row an instant and a column a sensor, before any flaw."""
    visible = model.visibility * conditions.load
    columns = []
    for name, sensor in simulation.sensors.items():
        shift, scatter = _symptoms(simulation, name, damage)
        healthy = _healthy(sensor, conditions, clock, rng) + model.levels.get(name, 0)
        noise = sensor.noise * persistent_noise(rng, clock.steps, clock.step, sensor.persistence)
        columns.append(healthy + visible * shift + (1 + visible * scatter) * noise)
    return np.column_stack(columns)


def _healthy(
    sensor: Reading, conditions: Conditions, clock: Clock, rng: np.random.Generator
) -> FloatArray:
    machine, drift = rng.standard_normal(2)
    healthy: FloatArray = (
        sensor.level
        + sensor.load * conditions.load
        + sensor.heat * conditions.heat
        + sensor.product * conditions.product
        + sensor.spread * machine
        + sensor.drift * drift * clock.hours / HOURS_A_MONTH
    )
    return healthy


def _symptoms(simulation: Simulation, sensor: str, damage: Damage) -> tuple[FloatArray, FloatArray]:
    shift, scatter = np.zeros(1), np.zeros(1)
    for (component, mode), grown in damage.items():
        symptom = simulation.components[component].modes[mode].symptoms.get(sensor)
        if symptom is not None:
            shift = shift + symptom.shift * grown
            scatter = scatter + symptom.scatter * grown
    return shift, scatter
