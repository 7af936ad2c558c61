"""The logs of a plant as tables, in the words of the plant's own configuration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from faultcast.config.plant import ComponentEvents, Errors, Machines, Plant
from faultcast.config.simulation import Simulation
from faultcast.data.simulator.chance import FloatArray
from faultcast.data.simulator.clock import Clock
from faultcast.data.simulator.flaws import LoggedRows
from faultcast.data.simulator.machine import MachineRecord

ARRIVAL = "arrived"
"""When a row of telemetry reached the log; not written."""

_Event = tuple[float, str, str]


def telemetry_table(
    machine: str, rows: LoggedRows, simulation: Simulation, plant: Plant, clock: Clock
) -> pl.DataFrame:
    """Return a machine's logged readings, rounded to what its sensors resolve."""
    source = plant.telemetry
    readings = {
        source.sensors[name].column or name: _rounded(rows.readings[:, number], sensor.decimals)
        for number, (name, sensor) in enumerate(simulation.sensors.items())
    }
    return pl.DataFrame(
        {
            source.machine: [machine] * len(rows.hours),
            source.time: clock.times(rows.hours),
            **readings,
            ARRIVAL: clock.times(rows.arrival),
        }
    )


def _rounded(readings: FloatArray, decimals: int) -> FloatArray:
    # Adding 0.0 turns -0.0, which a file would show, into 0.0.
    return np.round(readings, decimals) + 0.0


def event_tables(
    records: Sequence[MachineRecord], plant: Plant, clock: Clock
) -> dict[str, pl.DataFrame]:
    """Return the tables of events and machines by the paths that the plant gives them."""
    tables = {plant.failures.path: _failures(records, plant.failures, clock)}
    if plant.maintenance:
        tables[plant.maintenance.path] = _maintenance(records, plant.maintenance, clock)
    if plant.errors:
        tables[plant.errors.path] = _errors(records, plant.errors, clock)
    if plant.machines:
        tables[plant.machines.path] = _machines(records, plant.machines)
    return tables


def _failures(
    records: Sequence[MachineRecord], source: ComponentEvents, clock: Clock
) -> pl.DataFrame:
    events = [(life.end, record.name, part) for record in records for part, life in record.failures]
    return _table(events, source.machine, source.time, source.component, clock)


def _maintenance(
    records: Sequence[MachineRecord], source: ComponentEvents, clock: Clock
) -> pl.DataFrame:
    """List every installation: a planned one, or the one that a failure forces at its own time."""
    events = [
        (life.installed, record.name, part)
        for record in records
        for part, lives in record.lives.items()
        for life in lives
    ]
    return _table(events, source.machine, source.time, source.component, clock)


def _errors(records: Sequence[MachineRecord], source: Errors, clock: Clock) -> pl.DataFrame:
    events = [
        (float(hours), record.name, code)
        for record in records
        for code, sent in record.messages.items()
        for hours in sent
    ]
    return _table(events, source.machine, source.time, source.code, clock)


def _machines(records: Sequence[MachineRecord], source: Machines) -> pl.DataFrame:
    columns: dict[str, list[str] | list[int]] = {source.machine: [r.name for r in records]}
    if source.model:
        columns[source.model] = [record.model for record in records]
    if source.age:
        columns[source.age] = [record.age for record in records]
    return pl.DataFrame(columns)


def _table(
    events: Iterable[_Event], machine: str, time: str, what: str, clock: Clock
) -> pl.DataFrame:
    ordered = sorted(events)
    return pl.DataFrame(
        {
            machine: pl.Series([event[1] for event in ordered], dtype=pl.String),
            time: clock.times([event[0] for event in ordered]),
            what: pl.Series([event[2] for event in ordered], dtype=pl.String),
        }
    )
