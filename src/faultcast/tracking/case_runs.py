"""What a case's training and evaluation leave behind as experiment runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from faultcast.config.layout import Layout
from faultcast.modeling.case_evaluation import CaseEvaluation
from faultcast.modeling.case_train import CaseTraining
from faultcast.scoring.manifest_file import MANIFEST_FILE
from faultcast.tracking import tags
from faultcast.tracking.data_sets import hashes, sizes
from faultcast.tracking.hashes import sha256_of
from faultcast.tracking.origin import DIGEST_PARAMETER
from faultcast.tracking.record import record_run


def track_case_training(layout: Layout, training: CaseTraining) -> None:
    """Keep a finished training as a run: parameters, scores, data sets, model and manifest."""
    manifest, seconds = training.manifest, sum(training.seconds.values())
    steps = {f"seconds.{step.replace(' ', '_')}": value for step, value in training.seconds.items()}
    parts, folder = dict(manifest.dataset), layout.dataset(training.case)
    record_run(
        layout,
        training.case,
        "12_case_train",
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


def track_case_evaluation(layout: Layout, evaluation: CaseEvaluation) -> None:
    """Keep a model's scores on the test part as a run, with the hash of the model judged."""
    manifest = evaluation.manifest
    parts, folder = dict(manifest.dataset), layout.dataset(manifest.case)
    scores = {"test": evaluation.model, "test.baseline": evaluation.baseline}
    record_run(
        layout,
        manifest.case,
        "13_case_evaluate",
        started=datetime.now(UTC),
        parameters={"model.sha256": manifest.model.sha256, **hashes(folder, parts)},
        metrics={
            f"{prefix}.{name}": value
            for prefix, one in scores.items()
            for name, value in vars(one).items()
        }
        | sizes(folder, parts),
        folders={},
        tags={
            tags.MODEL: manifest.model.algorithm.value,
            tags.JUDGED_SHA256: manifest.model.sha256,
        },
        description=f"Evaluation of {manifest.model.algorithm.value} for {manifest.title}",
    )
