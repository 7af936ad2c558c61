"""What a plant's training and evaluation leave behind as experiment runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from faultcast.config.layout import Layout
from faultcast.modeling.evaluation import Evaluation
from faultcast.modeling.train import Training
from faultcast.scoring.manifest import Manifest, Provenance
from faultcast.scoring.manifest_file import MANIFEST_FILE
from faultcast.tracking import tags
from faultcast.tracking.hashes import dvc_hash, sha256_of
from faultcast.tracking.origin import DIGEST_PARAMETER
from faultcast.tracking.record import record_run


def track_training(layout: Layout, training: Training) -> None:
    """Keep a finished training as a run: parameters, scores, data sets, model and manifest."""
    manifest, seconds = training.manifest, sum(training.seconds.values())
    steps = {f"seconds.{step.replace(' ', '_')}": value for step, value in training.seconds.items()}
    digest = sha256_of(training.folder / MANIFEST_FILE)
    record_run(
        layout,
        training.plant,
        "04_train",
        started=datetime.now(UTC) - timedelta(seconds=seconds),
        parameters={
            **training.parameters,
            **_hashes(layout, training.plant, manifest.dataset),
            DIGEST_PARAMETER: digest,
        },
        metrics={
            **training.metrics(),
            **_sizes(layout, training.plant, manifest.dataset),
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
    record_run(
        layout,
        plant,
        "05_evaluate",
        started=datetime.now(UTC),
        parameters={
            "model.sha256": manifest.model.sha256,
            **_hashes(layout, plant, manifest.dataset),
        },
        metrics={
            **dict(_flat("test", evaluation.metrics())),
            **_sizes(layout, plant, manifest.dataset),
        },
        folders={},
        tags={
            tags.MODEL: manifest.model.algorithm.value,
            tags.JUDGED_SHA256: manifest.model.sha256,
        },
        description=f"Evaluation of {manifest.model.algorithm.value} for {manifest.title}",
    )


def _hashes(layout: Layout, plant: str, parts: Provenance) -> dict[str, str]:
    """Hash the data sets: sha256 as in the manifest, md5 as in `dvc.lock` and DVC's cache."""
    folder = layout.dataset(plant)
    hashes = {f"{name}.sha256": getattr(parts, name).sha256 for name in Provenance.model_fields}
    md5 = {f"{name}.md5": dvc_hash(folder / f"{name}.parquet") for name in Provenance.model_fields}
    return {**hashes, **md5, "dataset.md5": dvc_hash(folder)}


def _sizes(layout: Layout, plant: str, parts: Provenance) -> dict[str, float]:
    folder, sizes = layout.dataset(plant), {}
    for name in Provenance.model_fields:
        sizes[f"{name}.rows"] = float(getattr(parts, name).rows)
        sizes[f"{name}.bytes"] = float((folder / f"{name}.parquet").stat().st_size)
    return sizes


def _flat(prefix: str, numbers: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    for name, value in numbers.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}.{name}", value)
        elif isinstance(value, int | float):
            yield f"{prefix}.{name}", float(value)
