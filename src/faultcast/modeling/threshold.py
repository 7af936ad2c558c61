"""Choose the probability from which an alarm stands, on validation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from faultcast.config.plant import Prices
from faultcast.modeling.alarms import AlarmLog
from faultcast.modeling.costs import alarm_bill
from faultcast.modeling.ranking import Probabilities

_CANDIDATES = 1000
_SMALLEST = 1e-9
_ONLY_MISSES = Prices(unplanned_failure=1, planned_repair=0, visit_in_vain=0)


def choose_threshold(log: AlarmLog, max_false_alarms: float) -> float:
    """Choose the machine's alarm threshold: the cheapest within the accepted false alarms.

    From the highest probability downwards, thresholds are allowed until the false alarms exceed the
    budget for the first time (far below, episodes merge and their count falls again, which is no
    merit). Of the allowed ones the cheapest are a range; its middle, by log-odds, is chosen: as far
    from missing a known failure as from one more false alarm. Without costs, only a failure that is
    not announced in time costs anything.

    Args:
        log: the forecasts and failures of the validation part; its terms hold the costs.
        max_false_alarms: the budget, episodes per machine-month; at least one episode is allowed.

    Returns:
        A probability that float32 represents; the lowest allowed one if none announces a failure.
    """
    allowed = allowed_thresholds(log, max_false_alarms)
    if not np.any(log.peaks >= allowed[-1]):
        return float(allowed[-1])
    costs = np.array([_cost(log, threshold) for threshold in allowed])
    first = int(np.argmin(costs))
    beyond = np.flatnonzero(costs[first:] > costs[first])
    last = first + int(beyond[0]) - 1 if beyond.size else allowed.size - 1
    highest, lowest = float(allowed[first]), float(allowed[last])
    middle = _rounded(expit((_log_odds(lowest) + _log_odds(highest)) / 2))
    inside = lowest < middle < highest and log.count_false(middle) <= _budget(log, max_false_alarms)
    return middle if inside and _cost(log, middle) <= costs[first] else highest


def allowed_thresholds(log: AlarmLog, max_false_alarms: float) -> Probabilities:
    """Return the thresholds to choose from, highest first; at the first there is no alarm."""
    never = np.nextafter(np.float32(log.probabilities.max()), np.float32(1))
    allowed, budget = [float(never)], _budget(log, max_false_alarms)
    for candidate in _candidates(log):
        if log.count_false(candidate) > budget:
            break
        allowed.append(float(candidate))
    return np.array(allowed)


def _rounded(probability: float) -> float:
    """Return five digits, as float32: the last bits of a forecast depend on the processor."""
    return float(np.float32(f"{probability:.5g}"))


def _budget(log: AlarmLog, max_false_alarms: float) -> int:
    return max(1, int(max_false_alarms * log.machine_months))


def _cost(log: AlarmLog, threshold: float) -> float:
    return alarm_bill(log, threshold).cost(log.terms.costs or _ONLY_MISSES)


def _candidates(log: AlarmLog) -> Probabilities:
    """Return probabilities that occur, highest first, denser near the top, where alarms are."""
    ordered = np.sort(log.probabilities)[::-1]
    ranks = np.geomspace(1, ordered.size, _CANDIDATES).astype(int) - 1
    return np.unique(np.concatenate([ordered[ranks], log.peaks]))[::-1]


def _log_odds(probability: float) -> npt.NDArray[np.float64]:
    return np.asarray(logit(np.clip(probability, _SMALLEST, 1 - _SMALLEST)))
