"""The classifiers that a plant can choose, behind one small interface.

Rows before a failure are rare: 0.5 to 2 % of all. Weighting them up distorts the probabilities and
ranked no better on the embedded plants, so every row weighs the same. Trees learn as well from a
sample of the other rows, in a fifth of the time, because neighbours in time repeat each other; the
linear model needs them all. Trees find steps and the linear model slopes; their average is steadier
than either (for the measurement see docs/forecasts.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self, cast

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from faultcast.config.model import Algorithm, Model
from faultcast.scoring.session import Matrix

LogOdds = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]

BASELINE = Model(algorithm=Algorithm.LOGISTIC_REGRESSION)
# Leaves of a forest may all agree, yet log-odds stay finite: p becomes (p + this) / (1 + 2 this).
DOUBT = 5e-3


class Classifier(Protocol):
    """A scikit-learn classifier of two classes."""

    def fit(self, features: Matrix, failing: Labels) -> Self:
        """Fit to rows [n, features] (missing is NaN) and whether each fails within the horizon."""

    def predict_proba(self, features: Matrix) -> npt.NDArray[np.float64]:
        """Return the probabilities of both classes [n, 2]."""


class Indifferent:
    """Gives every row the log-odds 0: for labels of which the training rows show one class."""

    def fit(self, _features: Matrix, _failing: Labels) -> Self:
        """Learn nothing."""
        return self

    def decision_function(self, features: Matrix) -> LogOdds:
        """Return zeros [n]."""
        return np.zeros(len(features))

    def predict_proba(self, features: Matrix) -> npt.NDArray[np.float64]:
        """Return one half for both classes [n, 2]."""
        return np.full((len(features), 2), 0.5)


class Average:
    """Gives every row the mean of several classifiers' log-odds."""

    def __init__(self, members: Sequence[Classifier]) -> None:
        self.members = members

    def fit(self, features: Matrix, failing: Labels) -> Self:
        """Fit all members to the same rows."""
        for member in self.members:
            member.fit(features, failing)
        return self

    def decision_function(self, features: Matrix) -> LogOdds:
        """Return the mean log-odds [n]."""
        return np.asarray(np.mean([log_odds(each, features) for each in self.members], axis=0))

    def predict_proba(self, features: Matrix) -> npt.NDArray[np.float64]:
        """Return the probabilities of both classes [n, 2]."""
        failing = expit(self.decision_function(features))
        return np.column_stack([1 - failing, failing])


def make_classifier(model: Model) -> Classifier:
    """Make the classifier that a plant's configuration chooses, not fitted yet."""
    if model.algorithm is Algorithm.AVERAGE:
        return Average([make_classifier(member) for member in model.members])
    settings = model.hyperparameters.model_dump(exclude={"others"})
    match model.algorithm:
        case Algorithm.EXTRA_TREES:
            made = _filled(ExtraTreesClassifier(**settings, random_state=model.seed))
        case Algorithm.RANDOM_FOREST:
            made = _filled(RandomForestClassifier(**settings, random_state=model.seed))
        case Algorithm.HIST_GRADIENT_BOOSTING:
            # Early stopping would judge a random part of the rows, whose neighbours were learnt.
            made = HistGradientBoostingClassifier(
                **settings, early_stopping=False, random_state=model.seed
            )
        case Algorithm.LOGISTIC_REGRESSION:
            linear = LogisticRegression(**settings, solver="newton-cholesky")
            made = _filled(StandardScaler(), linear)
    return cast(Classifier, made)


def log_odds(classifier: Classifier, features: Matrix) -> LogOdds:
    """Return each row's log-odds of failing [n], as a fitted classifier sees them."""
    if not len(features):
        return np.empty(0)
    if isinstance(classifier, HistGradientBoostingClassifier):
        features = np.asfortranarray(features)  # a tree reads few columns: seven times as fast
    decide = getattr(classifier, "decision_function", None)
    if decide is not None:
        return np.asarray(decide(features))
    failing = classifier.predict_proba(features)[:, 1]
    return np.asarray(np.log(failing + DOUBT) - np.log(1 - failing + DOUBT))


def last_step(classifier: Classifier) -> object:
    """Return the estimator that ends a pipeline, or the classifier itself."""
    return classifier[-1] if isinstance(classifier, Pipeline) else classifier


def _filled(*steps: object) -> Pipeline:
    """Put means into the gaps first; a feature without any value becomes 0."""
    return make_pipeline(SimpleImputer(keep_empty_features=True), *steps)
