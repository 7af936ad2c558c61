"""How well a case's classes are forecast: scores, and cross-validation on the training part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold
from threadpoolctl import threadpool_limits

from faultcast.config.case import Case
from faultcast.config.model import Algorithm
from faultcast.modeling.case_estimators import make_pipeline_of
from faultcast.modeling.case_rows import CaseRows, Places

FOLDS = 5
_REPEATS = 3

Probabilities = npt.NDArray[np.float32] | npt.NDArray[np.float64]


@dataclass(frozen=True)
class CaseScores:
    """Scores of probabilities [rows, classes]; of more than two classes one against all others.

    `roc_auc` is the mean over the classes; `log_loss` is in nats; `brier` is half the squared
    distance to the truth (Brier, 1950), summed over the classes, on average over the rows: of two
    classes the mean squared error of the probability, as for plants. 0 is perfect, 1 the worst.
    """

    accuracy: float
    roc_auc: float
    log_loss: float
    brier: float


def score_case(probabilities: Probabilities, truth: Places) -> CaseScores:
    """Score probabilities [rows, classes] against the place of each row's class [rows]."""
    exact = probabilities.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    places = np.arange(exact.shape[1])
    binary = exact.shape[1] == 2
    return CaseScores(
        accuracy=float(np.mean(exact.argmax(axis=1) == truth)),
        roc_auc=float(
            roc_auc_score(truth, exact[:, 1] if binary else exact, multi_class="ovr", labels=places)
        ),
        log_loss=float(log_loss(truth, exact, labels=places)),
        brier=float(np.mean(np.sum((exact - np.eye(places.size)[truth]) ** 2, axis=1)) / 2),
    )


def cross_validate(case: Case, algorithm: Algorithm, rows: CaseRows) -> CaseScores:
    """Return the mean scores of three times five folds; each fold is fitted anew, encoder and all.

    Args:
        case: its pipeline is fitted; its seed draws the folds.
        algorithm: which of the classifiers.
        rows: of the training part.
    """
    seed = case.model.seed
    folds = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=_REPEATS, random_state=seed)
    scores = []
    with threadpool_limits(1):
        for fitted, judged in folds.split(rows.classes, rows.classes):
            pipeline = make_pipeline_of(case, algorithm)
            pipeline.fit(rows.inputs[fitted], rows.classes[fitted])
            probabilities = pipeline.predict_proba(rows.inputs[judged])
            scores.append(score_case(probabilities, rows.classes[judged]))
    return CaseScores(
        **{name: float(np.mean([vars(one)[name] for one in scores])) for name in vars(scores[0])}
    )
