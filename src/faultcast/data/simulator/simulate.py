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
from faultcast.data.simulator.conditions import hall_heat
from faultcast.data.simulator.flaws import log_readings
from faultcast.data.simulator.logs import event_tables, telemetry_table
from faultcast.data.simulator.machine import MachineRecord, simulate_machine
from faultcast.data.simulator.receipt import check_replaceable, write_receipt
from faultcast.data.simulator.writing import write_table, write_telemetry
from faultcast.errors import ConfigError, NotSimulatedError
from faultcast.files import replacing_folder


@dataclass(frozen=True)
class SimulationSummary:
    """What a simulation wrote; no sensor and no message announces `sudden` failures."""

    folder: Path
    rows: int
    machines: int
    failures: int
    sudden: int


def simulate_plant(layout: Layout, plant: str) -> SimulationSummary:
    """Simulate an embedded plant and replace its raw logs; the same configuration, the same bytes.

    Raises:
        NotSimulatedError: the plant has no simulation.
        ConfigError: one of its two configurations cannot be used, or they disagree.
        ForeignLogsError: its raw folder holds what the simulator did not write.
    """
    simulation, config = load_simulation(layout, plant)
    folder = layout.raw(plant)
    check_replaceable(folder)
    clock = Clock.of(simulation, config)
    records, telemetry = _fleet(simulation, config, clock)
    with replacing_folder(folder) as draft:
        write_telemetry(telemetry, draft, config)
        for path, table in event_tables(records, config, clock).items():
            write_table(table, draft / path, config)
        write_receipt(draft)
    return _summary(folder, telemetry.height, records[: simulation.machines], simulation)


def load_simulation(layout: Layout, plant: str) -> tuple[Simulation, Plant]:
    """Read both configurations of an embedded plant.

    Raises:
        NotSimulatedError: the plant has no simulation.
        ConfigError: one of them cannot be used, or they disagree.
    """
    path = layout.simulation_config(plant)
    if not path.is_file():
        raise NotSimulatedError(plant, sorted(file.stem for file in path.parent.glob("*.yaml")))
    simulation, config = load_config(path, Simulation), load_plant(layout, plant)
    faults = disagreements(simulation, config)
    if faults:
        raise ConfigError(path, faults)
    return simulation, config


def _fleet(
    simulation: Simulation, plant: Plant, clock: Clock
) -> tuple[list[MachineRecord], pl.DataFrame]:
    """Simulate each machine from a seed of its own: more machines change none of the others."""
    hall, fleet = np.random.SeedSequence(simulation.seed).spawn(2)
    heat = hall_heat(simulation.climate, clock, _generator(hall))
    records, tables = [], []
    seeds = fleet.spawn(simulation.machines + simulation.silent_machines)
    for number, seed in enumerate(seeds, start=1):
        rng = _generator(seed)
        name = f"{simulation.prefix}{number:02d}"
        records.append(simulate_machine(simulation, name, heat, clock, rng))
        rows = log_readings(records[-1].readings, simulation.flaws, clock, rng)
        tables.append(telemetry_table(name, rows, simulation, plant, clock))
    return records, pl.concat(tables[: simulation.machines])


def _generator(seed: np.random.SeedSequence) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def _summary(
    folder: Path, rows: int, records: Sequence[MachineRecord], simulation: Simulation
) -> SimulationSummary:
    modes = [
        simulation.components[part].modes[life.mode]
        for record in records
        for part, life in record.failures
    ]
    sudden = sum(mode.warning is None for mode in modes)
    return SimulationSummary(folder, rows, len(records), len(modes), sudden)
