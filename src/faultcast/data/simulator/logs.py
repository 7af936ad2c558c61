"""The logs of a plant as frames, in the words of the plant's own configuration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from faultcast.config.plant import ComponentEvents, Errors, Machines, Plant
from faultcast.config.simulation import Simulation
from faultcast.data.simulator.clock import Clock
from faultcast.data.simulator.flaws import logged_rows
from faultcast.data.simulator.machine import MachineLog
from faultcast.data.simulator.noise import FloatArray

ARRIVAL = "arrival"
"""Column with the time at which a row reached the log; not written."""


def telemetry_of(
    log: MachineLog, simulation: Simulation, plant: Plant, clock: Clock, rng: np.random.Generator
) -> pl.DataFrame:
    """Return a machine's readings with all flaws of its logger."""
    hours, arrival, seen = logged_rows(log.readings, simulation.flaws, clock, rng)
    columns = {
        name: _rounded(seen[:, number], sensor.decimals)
        for number, (name, sensor) in enumerate(simulation.sensors.items())
    }
    source = plant.telemetry
    return pl.DataFrame(
        {
            source.machine: [log.name] * len(hours),
            source.time: clock.times(hours),
            **columns,
            ARRIVAL: clock.times(arrival),
        }
    )


def _rounded(values: FloatArray, decimals: int) -> FloatArray:
    # Adding 0.0 turns -0.0, which would be written as such, into 0.0.
    return np.round(values, decimals) + 0.0


def failures_of(logs: Sequence[MachineLog], source: ComponentEvents, clock: Clock) -> pl.DataFrame:
    """Return all failures, in the order of time."""
    events = [
        (failure, log.name, part)
        for log in logs
        for part, history in log.histories.items()
        for failure in history.failures
    ]
    return _events(events, source.machine, source.time, source.component, clock)


def maintenance_of(
    logs: Sequence[MachineLog], source: ComponentEvents, clock: Clock
) -> pl.DataFrame:
    """Return all replacements: planned ones, and those that a failure forced at its own time."""
    events = [
        (replaced, log.name, part)
        for log in logs
        for part, history in log.histories.items()
        for replaced in [*history.replacements, *history.failures]
    ]
    return _events(events, source.machine, source.time, source.component, clock)


def errors_of(logs: Sequence[MachineLog], source: Errors, clock: Clock) -> pl.DataFrame:
    """Return all error messages, in the order of time."""
    events = [(message.hours, log.name, message.code) for log in logs for message in log.messages]
    return _events(events, source.machine, source.time, source.code, clock)


def machines_of(logs: Sequence[MachineLog], source: Machines) -> pl.DataFrame:
    """Return the description of every machine, of silent ones too."""
    columns: dict[str, list[str] | list[int]] = {source.machine: [log.name for log in logs]}
    if source.model:
        columns[source.model] = [log.model for log in logs]
    if source.age:
        columns[source.age] = [log.age for log in logs]
    return pl.DataFrame(columns)


def _events(
    events: Sequence[tuple[float, str, str]], machine: str, time: str, what: str, clock: Clock
) -> pl.DataFrame:
    ordered = sorted(events)
    return pl.DataFrame(
        {
            machine: pl.Series([name for _, name, _ in ordered], dtype=pl.String),
            time: clock.times(np.array([hours for hours, _, _ in ordered], dtype=np.float64)),
            what: pl.Series([name for _, _, name in ordered], dtype=pl.String),
        }
    )
