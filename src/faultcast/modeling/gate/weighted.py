"""Scores of one set of forecasts under many weights: sorted once, then one pass a draw."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from faultcast.modeling.estimators import Labels
from faultcast.modeling.gate.exam import Counts, Score
from faultcast.modeling.ranking import Probabilities

Units = npt.NDArray[np.int64]


def average_precision(failing: Labels, probabilities: Probabilities, unit_of: Units) -> Score:
    """Return average precision as a function of how often each unit counts.

    With every unit counted once it is scikit-learn's `average_precision_score`; forecasts that are
    equal form one threshold.

    Args:
        failing: whether each row fails [n].
        probabilities: its forecast [n].
        unit_of: the index of the unit that it belongs to [n].
    """
    order = np.argsort(-probabilities, kind="stable")
    failing, units = failing[order], unit_of[order]
    ends = np.append(np.flatnonzero(np.diff(probabilities[order])), order.size - 1)

    def score(counts: Counts) -> float:
        weight = counts[units]
        alarms = np.cumsum(weight)[ends]
        caught = np.cumsum(weight * failing)[ends]
        if caught[-1] == 0 or caught[-1] == alarms[-1]:
            return float("nan")
        gained = np.diff(caught, prepend=0)
        precision = np.divide(caught, alarms, out=np.zeros(ends.size), where=alarms > 0)
        return float(np.sum(gained * precision) / caught[-1])

    return score


def accuracy(correct: Labels) -> Score:
    """Return the share of correct rows as a function of how often each row counts."""

    def score(counts: Counts) -> float:
        return float(counts @ correct / counts.sum())

    return score
