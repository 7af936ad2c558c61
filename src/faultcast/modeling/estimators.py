"""The classifiers that a plant can choose, behind one small interface.

Rows before a failure are rare: 0.5 to 2 % of all. Weighting them up distorts the probabilities and
ranked no better on the embedded plants, so every row weighs the same. Boosting learns as well from
a sample of the other rows, in a fifth of the time, because neighbours in time repeat each other;
the linear model needs them all. What matters most is that a few dozen failures cannot be learnt by
heart: trees are small, shrunk and see some features at a time, the linear model is regularised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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

    def get_params(self, deep: bool = True) -> dict[str, object]:
        """Return the settings."""


@dataclass(frozen=True)
class Recipe:
    """How an algorithm is used.

    Args:
        make: makes the classifier from a seed, not fitted yet.
        others: how many other rows it learns from for each row before a failure; None: all.
    """

    make: Callable[[int], Estimator]
    others: int | None = None

    def settings(self) -> dict[str, str | int | float | bool | None]:
        """Return the settings for the record: plain values, those of a pipeline's steps by name."""
        plain = (str, int, float, bool)
        values = self.make(0).get_params()
        settings = {name: value for name, value in values.items() if isinstance(value, plain)}
        return {"others": self.others, **settings}


def recipe(algorithm: Algorithm) -> Recipe:
    """Return how an algorithm is used."""
    return _RECIPES[algorithm]


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
    pipeline = make_pipeline(
        SimpleImputer(keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=0.03, solver="newton-cholesky"),
    )
    return cast(Estimator, pipeline)


_RECIPES: Mapping[Algorithm, Recipe] = {
    Algorithm.HIST_GRADIENT_BOOSTING: Recipe(_hist_gradient_boosting, others=20),
    Algorithm.LOGISTIC_REGRESSION: Recipe(_logistic_regression),
}
