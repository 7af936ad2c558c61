"""What a plant's training and evaluation leave behind as experiment runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from faultcast.config.layout import Layout
from faultcast.modeling.train import Training
from faultcast.tracking.record import record_run


def track_training(layout: Layout, training: Training) -> None:
    """Keep a finished training as a run: parameters, scores, sizes, model and manifest."""
    dataset = training.manifest.dataset
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    sizes = {f"{name}.rows": float(part.rows) for name, part in parts.items()}
    hashes = {f"{name}.sha256": part.sha256 for name, part in parts.items()}
    seconds = sum(training.seconds.values())
    record_run(
        layout,
        training.plant,
        "04_train",
        started=datetime.now(UTC) - timedelta(seconds=seconds),
        parameters={**training.parameters, **hashes},
        metrics={**training.metrics(), **sizes, "seconds": seconds},
        folders={"model": training.folder},
    )
