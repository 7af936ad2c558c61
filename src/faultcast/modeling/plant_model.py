"""A plant's model: a calibrated classifier for each component, and the machine as their union."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from faultcast.config.plant import Algorithm
from faultcast.modeling.calibration import calibrate, fit_sigmoid
from faultcast.modeling.dataset import LabelledRows
from faultcast.modeling.estimators import Estimator, new_estimator
from faultcast.scoring.manifest import Calibration
from faultcast.scoring.session import Matrix


@dataclass(frozen=True)
class ComponentModel:
    """A component's classifier and what turns its log-odds into probabilities."""

    estimator: Estimator
    calibration: Calibration

    def probabilities(self, features: Matrix) -> npt.NDArray[np.float64]:
        """Return the component's probability of failing within the horizon, for each row."""
        return calibrate(self.calibration, self.estimator.decision_function(features))


@dataclass(frozen=True)
class PlantModel:
    """A model for each component; a machine fails when any of its components does."""

    algorithm: Algorithm
    components: dict[str, ComponentModel]

    def probabilities(self, features: Matrix) -> npt.NDArray[np.float64]:
        """Return [n, components + 1]: each component's probability and, last, the machine's.

        The machine's is 1 - product(1 - p): given the features, components fail independently.
        """
        each = np.column_stack([m.probabilities(features) for m in self.components.values()])
        return np.column_stack([each, 1 - np.prod(1 - each, axis=1)])


def fit_plant_model(
    algorithm: Algorithm,
    seed: int,
    components: Sequence[str],
    train: LabelledRows,
    validation: LabelledRows,
) -> PlantModel:
    """Fit each component's classifier on the training part and calibrate it on validation."""
    fitted = {}
    for component in components:
        estimator = new_estimator(algorithm, seed).fit(train.features, train.failing(component))
        calibration = fit_sigmoid(
            estimator.decision_function(validation.features),
            validation.failing(component),
            validation.failures(component),
        )
        fitted[component] = ComponentModel(estimator, calibration)
    return PlantModel(algorithm, fitted)
