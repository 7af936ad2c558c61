"""How well probabilities rank and how far they are from the truth, against chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from faultcast.modeling.estimators import Labels


@dataclass(frozen=True)
class Scores:
    """Scores of probabilities; None where the rows are of one class."""

    average_precision: float | None
    roc_auc: float | None
    brier: float

    def metrics(self) -> dict[str, float]:
        """Return the scores that there are, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}


def score(probabilities: npt.NDArray[np.floating], failing: Labels) -> Scores:
    """Score probabilities [n] against labels [n]."""
    probabilities = np.asarray(probabilities, dtype=np.float64)
    both = failing.any() and not failing.all()
    return Scores(
        float(average_precision_score(failing, probabilities)) if both else None,
        float(roc_auc_score(failing, probabilities)) if both else None,
        float(brier_score_loss(failing, probabilities)),
    )
