"""A plant's model: a calibrated classifier for each component, and the machine as their union."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from faultcast.config.model import Model
from faultcast.modeling.calibration import calibrate, fit_sigmoid
from faultcast.modeling.dataset import LabelledRows
from faultcast.modeling.estimators import Classifier, log_odds, make_classifier
from faultcast.modeling.sampling import thin
from faultcast.scoring.manifest import Calibration
from faultcast.scoring.session import Matrix


@dataclass(frozen=True)
class ComponentModel:
    """A component's classifier and what turns its log-odds into probabilities."""

    classifier: Classifier
    calibration: Calibration

    def probabilities(self, features: Matrix) -> npt.NDArray[np.float64]:
        """Return the component's probability of failing within the horizon, for each row."""
        return calibrate(self.calibration, log_odds(self.classifier, features))


@dataclass(frozen=True)
class PlantModel:
    """A model for each component; a machine fails when any of its components does."""

    components: dict[str, ComponentModel]

    def probabilities(self, features: Matrix) -> npt.NDArray[np.float64]:
        """Return [n, components + 1]: each component's probability and, last, the machine's.

        The machine's is 1 - product(1 - p): given the features, components fail independently.
        """
        with threadpool_limits(1):
            each = np.column_stack([m.probabilities(features) for m in self.components.values()])
        return np.column_stack([each, 1 - np.prod(1 - each, axis=1)])


def fit_plant_model(
    model: Model,
    components: Sequence[str],
    train: LabelledRows,
    validation: LabelledRows,
) -> PlantModel:
    """Fit each component's classifier on the training part and calibrate it on validation."""

    def fit(component: str) -> ComponentModel:
        # OpenMP counts its threads for each calling thread anew.
        with threadpool_limits(1, user_api="openmp"):
            failing = train.failing(component)
            rows, raised = thin(failing, model.hyperparameters.others, model.seed)
            classifier = make_classifier(model)
            classifier.fit(_without_empty(train.features[rows]), failing[rows])
            found = log_odds(classifier, validation.features)
        calibration = fit_sigmoid(
            found, raised, validation.failing(component), validation.failures(component)
        )
        return ComponentModel(classifier, calibration)

    # Components side by side on one thread each: threads that share a component wait for each other
    # at every split of a tree, and sums would depend on their number.
    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        return PlantModel(dict(zip(components, pool.map(fit, components), strict=True)))


def _without_empty(features: Matrix) -> Matrix:
    """Fill features that have no value at all with 0: scikit-learn cannot bin them."""
    return np.where(np.isnan(features).all(axis=0), np.float32(0), features)
