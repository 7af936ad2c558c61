"""How a plant's model is fitted: the algorithm, and a section of hyper-parameters for each.

Hyper-parameters have the names that scikit-learn gives them. Their defaults suit a few dozen
failures, which a model must not learn by heart: trees are small, the linear model is regularised.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from faultcast.config.frozen import Frozen

Share = Annotated[float, Field(gt=0, le=1)]
Others = Annotated[
    int | None,
    Field(ge=1, description="other rows learnt from for each row before a failure; null: all"),
]
LeafRows = Annotated[int, Field(ge=1, description="fewest rows in a leaf")]
Trees = Annotated[int, Field(ge=1, le=1000)]
# It bounds the exported file: about 90 bytes for each leaf of each tree.
Leaves = Annotated[int, Field(ge=2, le=256, description="most leaves of a tree")]
FeatureShare = Annotated[Share, Field(description="share of the features that a split may choose")]


class Algorithm(StrEnum):
    """The estimators that a plant can choose."""

    AVERAGE = "average"
    EXTRA_TREES = "extra_trees"
    HIST_GRADIENT_BOOSTING = "hist_gradient_boosting"
    LOGISTIC_REGRESSION = "logistic_regression"
    RANDOM_FOREST = "random_forest"


class HistGradientBoosting(Frozen):
    """Hyper-parameters of histogram gradient boosting."""

    learning_rate: Share = 0.05
    max_iter: Annotated[Trees, Field(description="trees, each mending those before it")] = 150
    max_leaf_nodes: Leaves = 8
    min_samples_leaf: LeafRows = 50
    l2_regularization: float = Field(default=1.0, ge=0)
    max_features: FeatureShare = 0.2
    others: Others = 20


class Forest(Frozen):
    """Hyper-parameters of a random forest or of extra trees."""

    n_estimators: Annotated[Trees, Field(description="trees")] = 128
    max_leaf_nodes: Leaves = 48
    min_samples_leaf: LeafRows = 10
    max_features: FeatureShare = 0.2
    others: Others = 20


class LogisticRegression(Frozen):
    """Hyper-parameters of logistic regression."""

    C: float = Field(default=0.03, gt=0, description="inverse of the regularisation's strength")
    others: Others = None


AVERAGED = Algorithm.HIST_GRADIENT_BOOSTING, Algorithm.LOGISTIC_REGRESSION
Hyperparameters = HistGradientBoosting | Forest | LogisticRegression


class Model(Frozen):
    """How the model is fitted; of the algorithms' sections the chosen one's counts.

    `average` has no section: it averages the log-odds of histogram gradient boosting and logistic
    regression, each by its own section.
    """

    algorithm: Algorithm = Algorithm.AVERAGE
    seed: int = Field(default=0, ge=0, description="seed of everything drawn in the training")
    extra_trees: Forest = Forest()
    hist_gradient_boosting: HistGradientBoosting = HistGradientBoosting()
    logistic_regression: LogisticRegression = LogisticRegression()
    random_forest: Forest = Forest()

    @property
    def members(self) -> tuple[Model, ...]:
        """The models whose log-odds are averaged; of any other algorithm the model itself."""
        if self.algorithm is not Algorithm.AVERAGE:
            return (self,)
        return tuple(self.model_copy(update={"algorithm": each}) for each in AVERAGED)

    @property
    def hyperparameters(self) -> Hyperparameters:
        """The section of the chosen algorithm; `average` has those of its members."""
        sections: dict[Algorithm, Hyperparameters] = {
            Algorithm.EXTRA_TREES: self.extra_trees,
            Algorithm.HIST_GRADIENT_BOOSTING: self.hist_gradient_boosting,
            Algorithm.LOGISTIC_REGRESSION: self.logistic_regression,
            Algorithm.RANDOM_FOREST: self.random_forest,
        }
        return sections[self.algorithm]
