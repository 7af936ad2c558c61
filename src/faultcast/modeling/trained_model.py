"""One trained model, from its classifiers to the file that is written and its alarm threshold."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from faultcast.config.model import Model
from faultcast.config.plant import Plant
from faultcast.modeling.alarms import AlarmLog, AlarmTerms
from faultcast.modeling.dataset import Dataset, LabelledRows
from faultcast.modeling.export import check_export, export
from faultcast.modeling.plant_model import fit_plant_model
from faultcast.modeling.ranking import Scores, score
from faultcast.modeling.threshold import choose_threshold
from faultcast.scoring.manifest import MACHINE, ExportedModel
from faultcast.scoring.session import Session


@dataclass(frozen=True)
class TrainedModel:
    """A model as it is written: the bytes of its ONNX file and what the manifest says of it."""

    graph: bytes
    session: Session
    description: ExportedModel

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
    fitted = fit_plant_model(model, plant.components, dataset.train, dataset.validation)
    graph = export(fitted, len(dataset.train.names))
    session = Session(graph)
    check_export(plant.name, fitted, session, dataset.validation.features)
    description = ExportedModel(
        file=file,
        sha256=hashlib.sha256(graph).hexdigest(),
        algorithm=model.algorithm,
        calibration={name: model.calibration for name, model in fitted.components.items()},
        threshold=_threshold(plant, dataset, session),
    )
    return TrainedModel(graph, session, description)


def _threshold(plant: Plant, dataset: Dataset, session: Session) -> float:
    machine = session.probabilities(dataset.validation.features)[:, -1]
    forecasts = dataset.validation.frame.select(
        "machine", "time", pl.Series("probability_machine", machine)
    )
    log = AlarmLog(forecasts, dataset.failures, AlarmTerms.of(plant))
    return choose_threshold(log, plant.alarm.max_false_alarms)
