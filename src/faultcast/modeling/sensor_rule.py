"""The best rule on one sensor: visit a machine when its reading, or its mean, crosses a limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from faultcast.config.plant import Plant, Prices
from faultcast.features.spec import window_name
from faultcast.modeling.alarms import AlarmLog, AlarmTerms
from faultcast.modeling.costs import Bill, alarm_bill

_LIMITS = 40


@dataclass(frozen=True)
class SensorRule:
    """An alarm stands where a sensor is at its limit or beyond.

    `window` is over which time the readings are averaged; None: the last reading.
    """

    sensor: str
    window: timedelta | None
    above: bool
    limit: float

    @property
    def feature(self) -> str:
        """The feature that the rule looks at."""
        return _feature(self.sensor, self.window)

    def bill(self, rows: pl.DataFrame, failures: pl.DataFrame, terms: AlarmTerms) -> Bill:
        """Bill the rule's alarms on rows (machine, time and the features)."""
        log = _log(rows, self.feature, self.above, failures, terms)
        return alarm_bill(log, self.limit if self.above else -self.limit)


def best_rule(
    plant: Plant, rows: pl.DataFrame, failures: pl.DataFrame, terms: AlarmTerms, costs: Prices
) -> SensorRule:
    """Choose sensor, window, direction and limit: the cheapest within the accepted false alarms.

    Args:
        plant: the plant.
        rows: machine, time and the features, all before the test part.
        failures: machine, time, component.
        terms: what counts as announced in time.
        costs: what failures and visits cost.
    """
    found = []
    for sensor in plant.telemetry.sensors:
        for window in (None, *plant.features.windows):
            for above in (True, False):
                log = _log(rows, _feature(sensor, window), above, failures, terms)
                price, limit = _cheapest(log, plant.alarm.max_false_alarms, costs)
                rule = SensorRule(sensor, window, above, limit if above else -limit)
                found.append((price, rule))
    return min(found, key=lambda priced: priced[0])[1]


def _cheapest(log: AlarmLog, max_false_alarms: float, costs: Prices) -> tuple[float, float]:
    """Return the lowest cost and its limit, of those that just announce one failure more."""
    never = float(np.nextafter(log.probabilities.max(), np.inf))
    priced = [(alarm_bill(log, never).cost(costs), never)]
    peaks = np.unique(log.peaks[np.isfinite(log.peaks)])[::-1]
    for limit in peaks[:: max(1, peaks.size // _LIMITS)]:
        if log.count_false(limit) > max_false_alarms * log.machine_months:
            break
        priced.append((alarm_bill(log, limit).cost(costs), float(limit)))
    return min(priced)


def _log(
    rows: pl.DataFrame, feature: str, above: bool, failures: pl.DataFrame, terms: AlarmTerms
) -> AlarmLog:
    value = pl.col(feature).cast(pl.Float64).fill_nan(None)
    score = (value if above else -value).fill_null(float("-inf"))
    scored = rows.select("machine", "time", score.alias("probability_machine"))
    return AlarmLog(scored, failures, terms)


def _feature(sensor: str, window: timedelta | None) -> str:
    return f"{sensor}_last" if window is None else window_name(sensor, "mean", window)
