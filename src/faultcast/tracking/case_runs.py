"""What a case's training and evaluation leave behind as experiment runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from faultcast.config.layout import Layout
from faultcast.modeling.case_evaluation import CaseEvaluation
from faultcast.modeling.case_train import CaseTraining
from faultcast.scoring.manifest_file import MANIFEST_FILE
from faultcast.tracking.hashes import sha256_of
from faultcast.tracking.origin import DIGEST_PARAMETER
from faultcast.tracking.record import record_run


def track_case_training(layout: Layout, training: CaseTraining) -> None:
    """Keep a finished training as a run: parameters, scores, sizes, model and manifest."""
    dataset = training.manifest.dataset
    parts = {"train": dataset.train, "test": dataset.test}
    sizes = {f"{name}.rows": float(part.rows) for name, part in parts.items()}
    hashes = {f"{name}.sha256": part.sha256 for name, part in parts.items()}
    digest = sha256_of(training.folder / MANIFEST_FILE)
    seconds = sum(training.seconds.values())
    record_run(
        layout,
        training.case,
        "12_case_train",
        started=datetime.now(UTC) - timedelta(seconds=seconds),
        parameters={**training.parameters, **hashes, DIGEST_PARAMETER: digest},
        metrics={**training.metrics(), **sizes, "seconds": seconds},
        folders={"model": training.folder},
    )


def track_case_evaluation(layout: Layout, evaluation: CaseEvaluation) -> None:
    """Keep a model's scores on the test part as a run, with the hash of the model judged."""
    manifest = evaluation.manifest
    scores = {"test": evaluation.model, "test.baseline": evaluation.baseline}
    record_run(
        layout,
        manifest.case,
        "13_case_evaluate",
        started=datetime.now(UTC),
        parameters={
            "model.sha256": manifest.model.sha256,
            "test.sha256": manifest.dataset.test.sha256,
        },
        metrics={
            f"{prefix}.{name}": value
            for prefix, one in scores.items()
            for name, value in vars(one).items()
        },
        folders={},
    )
