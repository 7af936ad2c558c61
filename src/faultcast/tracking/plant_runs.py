"""What a plant's training and evaluation leave behind as experiment runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from faultcast.config.layout import Layout
from faultcast.modeling.evaluation import Evaluation
from faultcast.modeling.train import Training
from faultcast.scoring.manifest import Manifest
from faultcast.scoring.manifest_file import MANIFEST_FILE
from faultcast.tracking.origin import DIGEST_PARAMETER
from faultcast.tracking.record import record_run


def track_training(layout: Layout, training: Training) -> None:
    """Keep a finished training as a run: parameters, scores, sizes, model and manifest."""
    dataset = training.manifest.dataset
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    sizes = {f"{name}.rows": float(part.rows) for name, part in parts.items()}
    hashes = {f"{name}.sha256": part.sha256 for name, part in parts.items()}
    digest = hashlib.sha256((training.folder / MANIFEST_FILE).read_bytes()).hexdigest()
    seconds = sum(training.seconds.values())
    record_run(
        layout,
        training.plant,
        "04_train",
        started=datetime.now(UTC) - timedelta(seconds=seconds),
        parameters={**training.parameters, **hashes, DIGEST_PARAMETER: digest},
        metrics={**training.metrics(), **sizes, "seconds": seconds},
        folders={"model": training.folder},
    )


def track_evaluation(layout: Layout, plant: str, evaluation: Evaluation) -> None:
    """Keep a model's scores on the test part as a run, with the hash of the model judged."""
    manifest = Manifest.read(layout.model(plant))
    record_run(
        layout,
        plant,
        "05_evaluate",
        started=datetime.now(UTC),
        parameters={
            "model.sha256": manifest.model.sha256,
            "test.sha256": manifest.dataset.test.sha256,
        },
        metrics=dict(_flat("test", evaluation.metrics())),
        folders={},
    )


def _flat(prefix: str, numbers: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    for name, value in numbers.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}.{name}", value)
        elif isinstance(value, int | float):
            yield f"{prefix}.{name}", float(value)
