"""The classifiers that a plant can choose, behind one small interface.

Rows before a failure are rare: 0.5 to 2 % of all. Weighting them up distorts the probabilities, and
on the embedded plants it ranked no better than the plain logarithmic loss, which stays calibrated.
What matters instead is that a few dozen failures cannot be learnt by heart: the trees are small,
shrunk and see a part of the features at a time, and the linear model is strongly regularised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, Self, cast

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from faultcast.config.plant import Algorithm
from faultcast.scoring.session import Matrix

LogOdds = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]

BASELINE = Algorithm.LOGISTIC_REGRESSION


class Estimator(Protocol):
    """A scikit-learn classifier of two classes that gives log-odds."""

    def fit(self, features: Matrix, failing: Labels) -> Self:
        """Fit to rows [n, features] (missing is NaN) and whether each fails within the horizon."""

    def decision_function(self, features: Matrix) -> LogOdds:
        """Return each row's log-odds of failing."""

    def get_params(self) -> dict[str, object]:
        """Return the settings."""


def new_estimator(algorithm: Algorithm, seed: int) -> Estimator:
    """Make an estimator that is not fitted yet."""
    return _MAKERS[algorithm](seed)


def _hist_gradient_boosting(seed: int) -> Estimator:
    boosting = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=150,
        max_leaf_nodes=8,
        min_samples_leaf=50,
        l2_regularization=1.0,
        max_features=0.2,
        # It would stop on a random part of the rows, whose neighbours in time were learnt.
        early_stopping=False,
        random_state=seed,
    )
    return cast(Estimator, boosting)


def _logistic_regression(_seed: int) -> Estimator:
    return cast(
        Estimator,
        make_pipeline(
            SimpleImputer(strategy="median", keep_empty_features=True),
            StandardScaler(),
            LogisticRegression(C=0.03, solver="newton-cholesky"),
        ),
    )


_MAKERS: Mapping[Algorithm, Callable[[int], Estimator]] = {
    Algorithm.HIST_GRADIENT_BOOSTING: _hist_gradient_boosting,
    Algorithm.LOGISTIC_REGRESSION: _logistic_regression,
}
