"""A plant's model: calibrated classifiers for each component and horizon, the machine as union."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from faultcast.config.model import Model
from faultcast.modeling.calibration import Observations, calibrate, fit_calibration, raised_by
from faultcast.modeling.dataset import LabelledRows
from faultcast.modeling.estimators import (
    Average,
    Classifier,
    Indifferent,
    Labels,
    log_odds,
    make_classifier,
)
from faultcast.modeling.horizons import Step, steps
from faultcast.modeling.sampling import thin
from faultcast.scoring.manifest import Calibration
from faultcast.scoring.session import Matrix

Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ComponentModel:
    """A component's classifier and what turns its log-odds into probabilities."""

    classifier: Classifier
    calibration: Calibration

    def probabilities(self, features: Matrix) -> Probabilities:
        """Return each row's probability [n]."""
        return calibrate(self.calibration, log_odds(self.classifier, features))


Components = Mapping[str, ComponentModel]
Rows = tuple[LabelledRows, Labels]


@dataclass(frozen=True)
class PlantModel:
    """A model for each component; a machine fails when any of its components does.

    `components` forecast the main horizon; `further` holds, in the order of the steps, what each
    component's forecast over a neighbour is multiplied with or added to.
    """

    components: Components
    further: Mapping[Step, Components]

    def probabilities(self, features: Matrix) -> Probabilities:
        """Return [n, components + 1]: each component's probability and, last, the machine's.

        They are those of the main horizon. The machine's is 1 - product(1 - p): given the
        features, components fail independently.
        """
        return _with_machine(_each(self.components, features))

    def outputs(self, features: Matrix) -> Probabilities:
        """Return the same over all horizons: the main one, then the further ones, shortest first.

        The columns are those of the manifest's outputs.
        """
        main = _each(self.components, features)
        found: dict[timedelta, Probabilities] = {}
        for step, components in self.further.items():
            neighbour = found.get(step.neighbour, main)
            found[step.horizon] = step.take(neighbour, _each(components, features))
        return np.hstack(
            [_with_machine(each) for each in (main, *(found[h] for h in sorted(found)))]
        )


def fit_plant_model(
    model: Model,
    components: Sequence[str],
    horizons: tuple[timedelta, Sequence[timedelta]],
    train: LabelledRows,
    validation: LabelledRows,
) -> PlantModel:
    """Fit each component's classifiers on the training part and calibrate them on validation.

    Args:
        model: the algorithm and its hyper-parameters.
        components: the components that fail.
        horizons: the main one, and the others.
        train: rows to learn from, with the labels of all horizons.
        validation: rows to calibrate on, with the labels of all horizons.
    """
    main, others = horizons
    ways = [None, *steps(main, others)]

    def fit(job: tuple[Step | None, str]) -> ComponentModel:
        step, component = job
        if step is None:
            return _fit(model, *((part, part.failing(component)) for part in (train, validation)))
        neighbour = None if step.neighbour == main else step.neighbour
        given = (p.where(step.given(p.failing(component, neighbour))) for p in (train, validation))
        return _fit(model, *((part, part.failing(component, step.horizon)) for part in given))

    # Jobs side by side on one thread each: threads that share a component wait for each other at
    # every split of a tree, and sums would depend on their number.
    jobs = list(product(ways, components))
    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        fitted = dict(zip(jobs, pool.map(fit, jobs), strict=True))
    by_way = {way: {c: fitted[way, c] for c in components} for way in ways}
    return PlantModel(by_way[None], {way: each for way, each in by_way.items() if way})


def _fit(model: Model, train: Rows, validation: Rows) -> ComponentModel:
    rows, failing = validation
    # OpenMP counts its threads for each calling thread anew.
    with threadpool_limits(1, user_api="openmp"):
        classifier, raised = _learn(model, train[0].features, train[1])
        found = log_odds(classifier, rows.features) - raised
    observations = Observations(found, failing, rows.machines, rows.runs(failing))
    return ComponentModel(classifier, raised_by(raised, fit_calibration(observations)))


def _learn(model: Model, features: Matrix, failing: Labels) -> tuple[Classifier, float]:
    """Return a fitted classifier and by how much its sample of rows raises its log-odds."""
    count = int(np.count_nonzero(failing))
    if count in (0, failing.size):
        return Indifferent(), math.log((failing.size - count + 1) / (count + 1))
    fitted = [_learn_sample(member, features, failing) for member in model.members]
    if len(fitted) == 1:
        return fitted[0]
    classifiers, raised = zip(*fitted, strict=True)
    return Average(classifiers), float(np.mean(raised))


def _learn_sample(model: Model, features: Matrix, failing: Labels) -> tuple[Classifier, float]:
    rows, raised = thin(failing, model.hyperparameters.others, model.seed)
    classifier = make_classifier(model)
    return classifier.fit(_without_empty(features[rows]), failing[rows]), raised


def _each(components: Components, features: Matrix) -> Probabilities:
    with threadpool_limits(1):
        return np.column_stack([m.probabilities(features) for m in components.values()])


def _with_machine(each: Probabilities) -> Probabilities:
    return np.column_stack([each, 1 - np.prod(1 - each, axis=1)])


def _without_empty(features: Matrix) -> Matrix:
    """Fill features that have no value at all with 0: scikit-learn cannot bin them."""
    return np.where(np.isnan(features).all(axis=0), np.float32(0), features)
