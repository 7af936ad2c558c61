"""What loggers and networks do to readings: lose, delay, repeat, correct, freeze and garble them."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from faultcast.config.simulation import Flaws
from faultcast.data.simulator.clock import HOURS_A_MONTH, Clock
from faultcast.data.simulator.noise import HOUR, FloatArray, lognormal

_SIGMA = 0.8
_RESENT_AFTER_H = 2.0


def logged_rows(
    readings: FloatArray, flaws: Flaws, clock: Clock, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what the log holds: instants and arrivals in hours, and readings, one row each."""
    seen = _garble(_freeze(readings, flaws, clock, rng), flaws, rng)
    kept = np.flatnonzero(_received(readings, flaws, clock, rng))
    hours, seen = clock.hours[kept], seen[kept]
    late = rng.uniform(size=len(kept)) < flaws.late_rows
    arrival = hours + late * rng.exponential(flaws.delay / HOUR, size=len(kept))
    return _resend(hours, arrival, seen, flaws, rng)


def _freeze(
    readings: FloatArray, flaws: Flaws, clock: Clock, rng: np.random.Generator
) -> FloatArray:
    """Let sensors repeat their last reading for a while."""
    frozen = readings.copy()
    for _ in range(rng.poisson(flaws.stuck_per_month * clock.end / HOURS_A_MONTH)):
        sensor = rng.integers(readings.shape[1])
        first, last = _stretch(flaws.stuck, clock, rng)
        running = ~np.isnan(frozen[first:last, sensor])
        frozen[first:last, sensor] = np.where(running, frozen[first, sensor], np.nan)
    return frozen


def _garble(readings: FloatArray, flaws: Flaws, rng: np.random.Generator) -> FloatArray:
    """Replace single readings by nothing or by the logger's fault value."""
    chance = rng.uniform(size=readings.shape)
    seen = np.where(chance < flaws.missing_cells, np.nan, readings)
    return np.where(chance > 1 - flaws.spikes, flaws.fault_value, seen)


def _received(
    readings: FloatArray, flaws: Flaws, clock: Clock, rng: np.random.Generator
) -> np.ndarray:
    """Tell which rows reach the log at all: not those of repairs, outages and lost messages."""
    received = ~np.isnan(readings).all(axis=1)
    received &= rng.uniform(size=clock.steps) >= flaws.missing_rows
    for _ in range(rng.poisson(flaws.outages_per_month * clock.end / HOURS_A_MONTH)):
        first, last = _stretch(flaws.outage, clock, rng)
        received[first:last] = False
    return received


def _resend(
    hours: FloatArray,
    arrival: FloatArray,
    seen: FloatArray,
    flaws: Flaws,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Send some rows twice; of a corrected one, the row sent first has a wrong reading."""
    repeated = np.flatnonzero(rng.uniform(size=len(hours)) < flaws.repeated_rows)
    corrected = np.flatnonzero(rng.uniform(size=len(hours)) < flaws.corrected_rows)
    again = np.concatenate([repeated, corrected])
    resent = seen[again]
    first_sent = seen.copy()
    first_sent[corrected, rng.integers(seen.shape[1], size=len(corrected))] = 0.0
    return (
        np.concatenate([hours, hours[again]]),
        np.concatenate([arrival, arrival[again] + _RESENT_AFTER_H]),
        np.concatenate([first_sent, resent]),
    )


def _stretch(median: timedelta, clock: Clock, rng: np.random.Generator) -> tuple[int, int]:
    first = int(rng.integers(clock.steps))
    return first, first + 1 + int(lognormal(rng, median / clock.step, _SIGMA))
