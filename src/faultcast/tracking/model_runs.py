"""What every training and evaluation of a model leaves behind as experiment runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from faultcast.config.layout import Layout
from faultcast.modeling.case_train import CaseTraining
from faultcast.modeling.train import Training
from faultcast.scoring.case_manifest import CaseManifest
from faultcast.scoring.manifest import Manifest
from faultcast.scoring.manifest_file import MANIFEST_FILE
from faultcast.tracking import tags
from faultcast.tracking.data_sets import hashes, sizes
from faultcast.tracking.hashes import sha256_of
from faultcast.tracking.origin import DIGEST_PARAMETER
from faultcast.tracking.record import record_run


def record_training(
    layout: Layout, name: str, notebook: str, training: Training | CaseTraining
) -> None:
    """Keep a finished training as a run: parameters, scores, data sets, model and manifest.

    Args:
        layout: the project.
        name: the plant or case.
        notebook: the name, without suffix, of the notebook whose work it is.
        training: what was trained.
    """
    manifest, seconds = training.manifest, sum(training.seconds.values())
    parts, folder = dict(manifest.dataset), layout.dataset(name)
    steps = {f"seconds.{step.replace(' ', '_')}": value for step, value in training.seconds.items()}
    record_run(
        layout,
        name,
        notebook,
        started=datetime.now(UTC) - timedelta(seconds=seconds),
        parameters={
            **training.parameters,
            **hashes(folder, parts),
            DIGEST_PARAMETER: sha256_of(training.folder / MANIFEST_FILE),
        },
        metrics={**training.metrics(), **sizes(folder, parts), **steps, "seconds": seconds},
        folders={"model": training.folder},
        tags={
            tags.MODEL: manifest.model.algorithm.value,
            tags.MODEL_SHA256: manifest.model.sha256,
            tags.OUTPUTS: training.folder.relative_to(layout.root).as_posix(),
        },
        description=f"Training of {manifest.model.algorithm.value} for {manifest.title}",
    )


def record_evaluation(
    layout: Layout,
    name: str,
    notebook: str,
    manifest: Manifest | CaseManifest,
    scores: Mapping[str, float],
) -> None:
    """Keep a model's scores on the test part as a run, with the hash of the model judged."""
    parts, folder = dict(manifest.dataset), layout.dataset(name)
    record_run(
        layout,
        name,
        notebook,
        started=datetime.now(UTC),
        parameters={"model.sha256": manifest.model.sha256, **hashes(folder, parts)},
        metrics={**scores, **sizes(folder, parts)},
        folders={},
        tags={
            tags.MODEL: manifest.model.algorithm.value,
            tags.JUDGED_SHA256: manifest.model.sha256,
        },
        description=f"Evaluation of {manifest.model.algorithm.value} for {manifest.title}",
    )
