"""The classifiers that a case can choose: one pipeline from a table's columns to probabilities.

Its settings suit plain tables of some hundred rows to some hundred thousand: trees stay small, each
split sees half of the columns, the linear model is regularised as scikit-learn does by default.
"""

from __future__ import annotations

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from faultcast.config.case import Case
from faultcast.config.model import AVERAGED, Algorithm

_LEAF_ROWS = 3
_TREES = 200


def make_pipeline_of(case: Case, algorithm: Algorithm) -> Pipeline:
    """Make a case's pipeline, not fitted yet.

    It reads a frame with the case's columns (a missing number is NaN, a missing category is empty
    text) and gives the probability of each class. A category becomes a column of 0 and 1 for each
    of its values; one that is missing is 0 in all of them.
    """
    return Pipeline([("columns", _columns(case)), ("classifier", _classifier(case, algorithm))])


def settings_of(case: Case) -> dict[str, str | int | float | bool]:
    """Return the classifier's settings for the record: plain values by name."""
    plain = (str, int, float, bool)
    values = _classifier(case, case.model.algorithm).get_params()
    return {name: value for name, value in values.items() if isinstance(value, plain)}


def _columns(case: Case) -> ColumnTransformer:
    numbers = [name for name, column in case.columns.items() if not column.is_text]
    texts = {name: column.values for name, column in case.columns.items() if column.is_text}
    one_hot = OneHotEncoder(
        categories=[list(values) for values in texts.values()],
        handle_unknown="ignore",  # a missing one; others are refused before
        dtype=np.float32,
        sparse_output=False,
    )
    parts = [("numbers", "passthrough", numbers), ("categories", one_hot, list(texts))]
    return ColumnTransformer([part for part in parts if part[2]], sparse_threshold=0)


def _classifier(
    case: Case, algorithm: Algorithm
) -> Pipeline | HistGradientBoostingClassifier | VotingClassifier:
    seed = case.model.seed
    match algorithm:
        case Algorithm.AVERAGE:
            members = [(each.value, _classifier(case, each)) for each in AVERAGED]
            return VotingClassifier(members, voting="soft", flatten_transform=False)
        case Algorithm.EXTRA_TREES:
            trees = ExtraTreesClassifier(_TREES, min_samples_leaf=_LEAF_ROWS, random_state=seed)
            return _filled(trees)
        case Algorithm.RANDOM_FOREST:
            trees = RandomForestClassifier(_TREES, min_samples_leaf=_LEAF_ROWS, random_state=seed)
            return _filled(trees)
        case Algorithm.LOGISTIC_REGRESSION:
            return _filled(StandardScaler(), LogisticRegression(max_iter=1000))
        case Algorithm.HIST_GRADIENT_BOOSTING:
            return HistGradientBoostingClassifier(
                learning_rate=0.05,
                max_iter=150,
                max_leaf_nodes=8,
                min_samples_leaf=10,
                l2_regularization=1.0,
                max_features=0.5,
                early_stopping=False,
                random_state=seed,
            )


def _filled(*steps: object) -> Pipeline:
    """Put means into the gaps first; a column without any value becomes 0."""
    return make_pipeline(SimpleImputer(keep_empty_features=True), *steps)
