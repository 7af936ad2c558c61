"""One trained model, from its classifiers to the file that is written and its alarm threshold."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from faultcast.config.duration import format_duration
from faultcast.config.model import Model
from faultcast.config.plant import Plant
from faultcast.modeling.alarms import AlarmLog, AlarmTerms
from faultcast.modeling.dataset import Dataset, LabelledRows
from faultcast.modeling.export import export
from faultcast.modeling.export_check import ExportCheck, check_export
from faultcast.modeling.plant_model import Components, fit_plant_model
from faultcast.modeling.ranking import Scores, score
from faultcast.modeling.threshold import choose_threshold
from faultcast.scoring.manifest import MACHINE, Calibration, ExportedModel
from faultcast.scoring.session import Session


@dataclass(frozen=True)
class TrainedModel:
    """A model as it is written: the bytes of its ONNX file and what the manifest says of it.

    `check` says how far it is from the trained one on the test part's features.
    """

    graph: bytes
    session: Session
    description: ExportedModel
    check: ExportCheck

    def scores(self, rows: LabelledRows) -> dict[str, Scores]:
        """Score each component's and the machine's probabilities on labelled rows."""
        targets = (*self.description.calibration, MACHINE)
        probabilities = self.session.probabilities(rows.features).astype(np.float64)
        return {
            target: score(column, rows.failing(target))
            for target, column in zip(targets, probabilities.T, strict=True)
        }


def train_model(plant: Plant, model: Model, dataset: Dataset, file: str) -> TrainedModel:
    """Fit, calibrate, export and check one model; choose its threshold on validation.

    Args:
        plant: the plant.
        model: the algorithm and its hyper-parameters: the plant's own, or the baseline's.
        dataset: the plant's training and validation parts.
        file: the name of the model's file.

    Raises:
        ExportError: the exported model forecasts otherwise than the trained one.
    """
    horizons = plant.horizon, plant.horizons
    fitted = fit_plant_model(model, plant.components, horizons, dataset.train, dataset.validation)
    graph = export(fitted, len(dataset.train.names))
    session = Session(graph)
    threshold = _threshold(plant, dataset, session)
    check = check_export(plant.name, fitted, session, threshold, dataset.unlabelled)
    further = {
        format_duration(step.horizon): _calibrations(components)
        for step, components in fitted.further.items()
    }
    description = ExportedModel(
        file=file,
        sha256=hashlib.sha256(graph).hexdigest(),
        algorithm=model.algorithm,
        calibration=_calibrations(fitted.components),
        further_calibration=further,
        threshold=threshold,
    )
    return TrainedModel(graph, session, description, check)


def _calibrations(components: Components) -> dict[str, Calibration]:
    return {name: fitted.calibration for name, fitted in components.items()}


def _threshold(plant: Plant, dataset: Dataset, session: Session) -> float:
    machine = session.probabilities(dataset.validation.features)[:, -1]
    forecasts = dataset.validation.frame.select(
        "machine", "time", pl.Series("probability_machine", machine)
    )
    log = AlarmLog(forecasts, dataset.failures, AlarmTerms.of(plant))
    return choose_threshold(log, plant.alarm.max_false_alarms)
