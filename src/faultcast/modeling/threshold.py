"""Choose the probability from which an alarm stands, on validation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from faultcast.modeling.alarms import AlarmLog

_CANDIDATES = 1000
_SMALLEST_ODDS = 1e-9


def choose_threshold(log: AlarmLog, max_false_alarms: float) -> float:
    """Choose the machine's alarm threshold.

    From the highest probability downwards, thresholds are allowed until the false alarms exceed the
    budget for the first time (far below, episodes merge and their count falls again, which is no
    merit). Of the allowed ones those that announce most failures in time are a range; the one in
    its middle, by log-odds, is chosen: as far from missing a known failure as from breaking the
    budget.

    Args:
        log: the forecasts and failures of the validation part.
        max_false_alarms: the budget, episodes per machine-month; at least one episode is allowed.

    Returns:
        A probability that occurs in the forecasts, or a little more than all of them.
    """
    budget = max(1, int(max_false_alarms * log.machine_months))
    allowed = []
    for candidate in _candidates(log.probabilities):
        if log.count_false(candidate) > budget:
            break
        allowed.append(candidate)
    lowest = allowed[-1]
    caught = log.peaks[log.peaks >= lowest]
    highest = caught.min() if caught.size else lowest
    best = np.array([candidate for candidate in allowed if candidate <= highest])
    middle = (_log_odds(lowest) + _log_odds(highest)) / 2
    return float(best[np.argmin(np.abs(_log_odds(best) - middle))])


def _candidates(probabilities: npt.NDArray[np.float64]) -> list[float]:
    """Return probabilities from the highest down, denser near the top, where alarms are."""
    ordered = np.sort(probabilities)[::-1]
    ranks = np.geomspace(1, ordered.size, _CANDIDATES).astype(int) - 1
    return list(np.unique(ordered[ranks])[::-1])


def _log_odds(probability: npt.ArrayLike) -> npt.NDArray[np.float64]:
    inside = np.clip(probability, _SMALLEST_ODDS, 1 - _SMALLEST_ODDS)
    return np.asarray(np.log(inside / (1 - inside)))
