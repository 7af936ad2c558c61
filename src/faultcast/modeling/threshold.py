"""Choose the probability from which an alarm stands, on validation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from faultcast.modeling.alarms import AlarmLog
from faultcast.modeling.ranking import Probabilities

_CANDIDATES = 1000
_SMALLEST = 1e-9


def choose_threshold(log: AlarmLog, max_false_alarms: float) -> float:
    """Choose the machine's alarm threshold.

    From the highest probability downwards, thresholds are allowed until the false alarms exceed the
    budget for the first time (far below, episodes merge and their count falls again, which is no
    merit). Of the allowed ones those that announce most failures in time are a range; its middle,
    by log-odds, is chosen: as far from missing a known failure as from breaking the budget.

    Args:
        log: the forecasts and failures of the validation part.
        max_false_alarms: the budget, episodes per machine-month; at least one episode is allowed.

    Returns:
        A probability that float32 represents; without failures the lowest that is allowed.
    """
    budget = max(1, int(max_false_alarms * log.machine_months))
    lowest = _lowest(log, budget)
    caught = log.peaks[log.peaks >= lowest]
    highest = float(caught.min()) if caught.size else lowest
    middle = float(np.float32(expit((_log_odds(lowest) + _log_odds(highest)) / 2)))
    inside = lowest < middle < highest and log.count_false(middle) <= budget
    return middle if inside else highest


def _lowest(log: AlarmLog, budget: int) -> float:
    never = np.nextafter(np.float32(log.probabilities.max()), np.float32(1))
    lowest = float(never)
    for candidate in _candidates(log):
        if log.count_false(candidate) > budget:
            break
        lowest = float(candidate)
    return lowest


def _candidates(log: AlarmLog) -> Probabilities:
    """Return probabilities that occur, highest first, denser near the top, where alarms are."""
    ordered = np.sort(log.probabilities)[::-1]
    ranks = np.geomspace(1, ordered.size, _CANDIDATES).astype(int) - 1
    return np.unique(np.concatenate([ordered[ranks], log.peaks]))[::-1]


def _log_odds(probability: float) -> npt.NDArray[np.float64]:
    return np.asarray(logit(np.clip(probability, _SMALLEST, 1 - _SMALLEST)))
