"""What a plant's training and evaluation leave behind as experiment runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from faultcast.config.layout import Layout
from faultcast.modeling.evaluation import Evaluation
from faultcast.modeling.train import Training
from faultcast.scoring.manifest import Manifest
from faultcast.scoring.manifest_file import MANIFEST_FILE
from faultcast.tracking import tags
from faultcast.tracking.data_sets import hashes, sizes
from faultcast.tracking.hashes import sha256_of
from faultcast.tracking.origin import DIGEST_PARAMETER
from faultcast.tracking.record import record_run


def track_training(layout: Layout, training: Training) -> None:
    """Keep a finished training as a run: parameters, scores, data sets, model and manifest."""
    manifest, seconds = training.manifest, sum(training.seconds.values())
    parts, folder = dict(manifest.dataset), layout.dataset(training.plant)
    steps = {f"seconds.{step.replace(' ', '_')}": value for step, value in training.seconds.items()}
    digest = sha256_of(training.folder / MANIFEST_FILE)
    record_run(
        layout,
        training.plant,
        "04_train",
        started=datetime.now(UTC) - timedelta(seconds=seconds),
        parameters={
            **training.parameters,
            **hashes(folder, parts),
            DIGEST_PARAMETER: digest,
        },
        metrics={
            **training.metrics(),
            **sizes(folder, parts),
            **steps,
            "seconds": seconds,
        },
        folders={"model": training.folder},
        tags={
            tags.MODEL: manifest.model.algorithm.value,
            tags.MODEL_SHA256: manifest.model.sha256,
            tags.OUTPUTS: training.folder.relative_to(layout.root).as_posix(),
        },
        description=f"Training of {manifest.model.algorithm.value} for {manifest.title}",
    )


def track_evaluation(layout: Layout, plant: str, evaluation: Evaluation) -> None:
    """Keep a model's scores on the test part as a run, with the hash of the model judged."""
    manifest = Manifest.read(layout.model(plant))
    parts, folder = dict(manifest.dataset), layout.dataset(plant)
    record_run(
        layout,
        plant,
        "05_evaluate",
        started=datetime.now(UTC),
        parameters={
            "model.sha256": manifest.model.sha256,
            **hashes(folder, parts),
        },
        metrics={
            **dict(_flat("test", evaluation.metrics())),
            **sizes(folder, parts),
        },
        folders={},
        tags={
            tags.MODEL: manifest.model.algorithm.value,
            tags.JUDGED_SHA256: manifest.model.sha256,
        },
        description=f"Evaluation of {manifest.model.algorithm.value} for {manifest.title}",
    )


def _flat(prefix: str, numbers: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    for name, value in numbers.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}.{name}", value)
        elif isinstance(value, int | float):
            yield f"{prefix}.{name}", float(value)
