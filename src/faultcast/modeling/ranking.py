"""How well probabilities rank rows and how far they are from what happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    precision_recall_curve,
    roc_auc_score,
)

from faultcast.modeling.estimators import Labels

Probabilities = npt.NDArray[np.float64]

_CURVE_POINTS = 200


@dataclass(frozen=True)
class Scores:
    """Scores of probabilities; None where the rows are of one class."""

    average_precision: float | None
    roc_auc: float | None
    brier: float

    def metrics(self) -> dict[str, float]:
        """Return the scores that there are, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}


def score(probabilities: Probabilities, failing: Labels) -> Scores:
    """Score probabilities [n] against whether each row fails [n]."""
    both = failing.any() and not failing.all()
    return Scores(
        float(average_precision_score(failing, probabilities)) if both else None,
        float(roc_auc_score(failing, probabilities)) if both else None,
        float(brier_score_loss(failing, probabilities)),
    )


def precision_recall(probabilities: Probabilities, failing: Labels) -> pl.DataFrame:
    """Return the precision-recall curve: threshold, recall, precision; at most 200 points.

    Without a failing row there is none.
    """
    if not failing.any():
        return pl.DataFrame(schema=dict.fromkeys(["threshold", "recall", "precision"], pl.Float64))
    precision, recall, threshold = precision_recall_curve(
        failing, probabilities, drop_intermediate=True
    )
    shown = np.unique(np.linspace(0, threshold.size - 1, _CURVE_POINTS).astype(int))
    return pl.DataFrame(
        {"threshold": threshold[shown], "recall": recall[shown], "precision": precision[shown]}
    )
