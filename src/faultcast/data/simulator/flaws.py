"""What loggers and networks do to readings: lose, delay, repeat, correct, freeze, garble."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from faultcast.config.simulation import Flaws
from faultcast.data.simulator.chance import HOUR, FloatArray, lognormal
from faultcast.data.simulator.clock import Clock

_LENGTH_SIGMA = 0.8
_SENT_AGAIN_AFTER_H = 2.0


@dataclass(frozen=True)
class LoggedRows:
    """Rows as the log holds them: when they were read, when they arrived (hours), what they say."""

    hours: FloatArray
    arrival: FloatArray
    readings: FloatArray


def log_readings(
    readings: FloatArray, flaws: Flaws, clock: Clock, rng: np.random.Generator
) -> LoggedRows:
    """Pass a machine's readings through its logger and its network.

    Args:
        readings: a row an instant and a column a sensor; a row of NaN is a standstill.
        flaws: how often what goes wrong.
        clock: the instants.
        rng: the machine's source of chance.
    """
    said = _garbled(_frozen(readings, flaws, clock, rng), flaws, rng)
    received = np.flatnonzero(_received(readings, flaws, clock, rng))
    hours = clock.hours[received]
    late = rng.uniform(size=len(hours)) < flaws.late_rows
    arrival = hours + late * rng.exponential(flaws.delay / HOUR, size=len(hours))
    return _with_second_sendings(LoggedRows(hours, arrival, said[received]), flaws, rng)


def _frozen(
    readings: FloatArray, flaws: Flaws, clock: Clock, rng: np.random.Generator
) -> FloatArray:
    """Let a sensor repeat its reading for a while."""
    frozen = readings.copy()
    for _ in range(rng.poisson(flaws.stuck_per_month * clock.months)):
        sensor = rng.integers(readings.shape[1])
        first, last = _stretch(flaws.stuck, clock, rng)
        frozen[first:last, sensor] = frozen[first, sensor]
    return frozen


def _garbled(readings: FloatArray, flaws: Flaws, rng: np.random.Generator) -> FloatArray:
    """Replace single readings by nothing or by the logger's fault value."""
    chance = rng.uniform(size=readings.shape)
    said = np.where(chance < flaws.missing_cells, np.nan, readings)
    return np.where(chance >= 1 - flaws.spikes, flaws.fault_value, said)


def _received(
    readings: FloatArray, flaws: Flaws, clock: Clock, rng: np.random.Generator
) -> np.ndarray:
    """Tell which rows reach the log: none of a standstill, of an outage, of a lost packet."""
    received = ~np.isnan(readings).all(axis=1)
    received &= rng.uniform(size=clock.steps) >= flaws.missing_rows
    for _ in range(rng.poisson(flaws.outages_per_month * clock.months)):
        first, last = _stretch(flaws.outage, clock, rng)
        received[first:last] = False
    return received


def _stretch(median: timedelta, clock: Clock, rng: np.random.Generator) -> tuple[int, int]:
    first = int(rng.integers(clock.steps))
    return first, first + 1 + int(lognormal(rng, median / clock.step, _LENGTH_SIGMA))


def _with_second_sendings(rows: LoggedRows, flaws: Flaws, rng: np.random.Generator) -> LoggedRows:
    """Send some rows twice; of a corrected one, the first sending says 0 for one sensor."""
    count = len(rows.hours)
    repeated = np.flatnonzero(rng.uniform(size=count) < flaws.repeated_rows)
    corrected = np.flatnonzero(rng.uniform(size=count) < flaws.corrected_rows)
    again = np.concatenate([repeated, corrected])
    first_said = rows.readings.copy()
    wrong = rng.integers(rows.readings.shape[1], size=len(corrected))
    first_said[corrected, wrong] = 0.0
    return LoggedRows(
        hours=np.concatenate([rows.hours, rows.hours[again]]),
        arrival=np.concatenate([rows.arrival, rows.arrival[again] + _SENT_AGAIN_AFTER_H]),
        readings=np.concatenate([first_said, rows.readings[again]]),
    )
