"""What a plant's training and evaluation leave behind as experiment runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from faultcast.config.layout import Layout
from faultcast.modeling.evaluation import Evaluation
from faultcast.modeling.train import Training
from faultcast.scoring.manifest import Manifest
from faultcast.tracking.model_runs import record_evaluation, record_training


def track_training(layout: Layout, training: Training) -> None:
    """Keep a finished training as a run: parameters, scores, data sets, model and manifest."""
    record_training(layout, training.plant, "04_train", training)


def track_evaluation(layout: Layout, plant: str, evaluation: Evaluation) -> None:
    """Keep a model's scores on the test part as a run, with the hash of the model judged."""
    scores = dict(_flat("test", evaluation.metrics()))
    record_evaluation(layout, plant, "05_evaluate", Manifest.read(layout.model(plant)), scores)


def _flat(prefix: str, numbers: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    for name, value in numbers.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}.{name}", value)
        elif isinstance(value, int | float):
            yield f"{prefix}.{name}", float(value)
