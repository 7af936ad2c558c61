"""Fill `data/raw/<plant>/` of an embedded demo plant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from faultcast.config.layout import Layout
from faultcast.config.load import load_config, load_plant
from faultcast.config.plant import Plant
from faultcast.config.simulation import Simulation, disagreements
from faultcast.data.simulator.clock import Clock
from faultcast.data.simulator.conditions import hall_temperature
from faultcast.data.simulator.logs import (
    errors_of,
    failures_of,
    machines_of,
    maintenance_of,
    telemetry_of,
)
from faultcast.data.simulator.machine import MachineLog, simulate_machine
from faultcast.data.simulator.receipt import check_overwritable, write_receipt
from faultcast.data.simulator.writing import write_table, write_telemetry
from faultcast.errors import ConfigError, NotSimulatedError
from faultcast.files import replacing_folder


@dataclass(frozen=True)
class SimulationSummary:
    """What a simulation wrote."""

    plant: str
    rows: int
    machines: int
    failures: int
    folder: Path


def simulate_plant(layout: Layout, plant: str) -> SimulationSummary:
    """Simulate an embedded plant and replace its raw logs.

    Raises:
        NotSimulatedError: the plant has no simulation.
        ForeignLogsError: its raw folder holds what the simulator did not write.
        ConfigError: one of its two configurations cannot be used, or they disagree.
    """
    simulation, config = load_simulation(layout, plant)
    folder = layout.raw(plant)
    check_overwritable(folder)
    clock = Clock.of(simulation, config)
    logs, telemetry = _run(simulation, config, clock)
    with replacing_folder(folder) as draft:
        write_telemetry(telemetry, draft, config)
        _write_events(logs, draft, config, clock)
        write_receipt(draft)
    failures = sum(len(h.failures) for log in logs for h in log.histories.values())
    return SimulationSummary(plant, telemetry.height, simulation.machines, failures, folder)


def load_simulation(layout: Layout, plant: str) -> tuple[Simulation, Plant]:
    """Read both configurations of an embedded plant.

    Raises:
        NotSimulatedError: the plant has no simulation.
        ConfigError: one of them cannot be used, or they disagree.
    """
    path = layout.simulation_config(plant)
    if not path.is_file():
        raise NotSimulatedError(plant, sorted(file.stem for file in path.parent.glob("*.yaml")))
    simulation = load_config(path, Simulation)
    config = load_plant(layout, plant)
    faults = disagreements(simulation, config)
    if faults:
        raise ConfigError(path, faults)
    return simulation, config


def _run(
    simulation: Simulation, plant: Plant, clock: Clock
) -> tuple[list[MachineLog], pl.DataFrame]:
    """Simulate each machine from a seed of its own, so that more machines change none of the others."""
    hall, fleet = np.random.SeedSequence(simulation.seed).spawn(2)
    heat = hall_temperature(simulation.climate, clock, np.random.Generator(np.random.PCG64(hall)))
    logs, tables = [], []
    for number, seed in enumerate(fleet.spawn(simulation.machines + simulation.silent_machines), 1):
        rng = np.random.Generator(np.random.PCG64(seed))
        log = simulate_machine(simulation, f"{simulation.prefix}{number:02d}", heat, clock, rng)
        logs.append(log)
        tables.append(telemetry_of(log, simulation, plant, clock, rng))
    return logs, pl.concat(tables[: simulation.machines])


def _write_events(logs: Sequence[MachineLog], folder: Path, plant: Plant, clock: Clock) -> None:
    tables = {plant.failures.path: failures_of(logs, plant.failures, clock)}
    if plant.maintenance:
        tables[plant.maintenance.path] = maintenance_of(logs, plant.maintenance, clock)
    if plant.errors:
        tables[plant.errors.path] = errors_of(logs, plant.errors, clock)
    if plant.machines:
        tables[plant.machines.path] = machines_of(logs, plant.machines)
    for path, table in tables.items():
        write_table(table, folder / path, plant)
