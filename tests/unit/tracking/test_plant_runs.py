"""A training and an evaluation as runs: what was made of what, and how good it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from faultcast.modeling.evaluation import evaluate_plant
from faultcast.modeling.train import train_plant
from faultcast.tracking.plant_runs import track_evaluation, track_training
from faultcast.tracking.record import RECORD, Record, pending
from tests.unit.modeling.press import write_project


def test_a_training_and_its_evaluation_lead_to_the_same_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAULTCAST_RECORDS", str(tmp_path / "records"))
    layout = write_project(tmp_path / "project")
    training = train_plant(layout, "press")
    track_training(layout, training)
    track_evaluation(layout, "press", evaluate_plant(layout, "press"))
    trained, evaluated = (
        Record.model_validate_json((folder / RECORD).read_text()) for folder in pending(layout)
    )
    assert (trained.stage, evaluated.stage) == ("04_train", "05_evaluate")
    assert (pending(layout)[0] / "files" / "model" / "model.onnx").is_file()
    assert trained.parameters["test.sha256"] == evaluated.parameters["test.sha256"]
    assert evaluated.parameters["model.sha256"] == training.manifest.model.sha256
    assert 0 < evaluated.metrics["test.targets.machine.model.average_precision"] <= 1
    assert trained.metrics["train.rows"] > 0
