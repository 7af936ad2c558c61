"""A case's training and evaluation as runs, that say as much as those of a plant."""

from __future__ import annotations

from pathlib import Path

import pytest

from faultcast.config.layout import Layout
from faultcast.modeling.case_evaluation import evaluate_case
from faultcast.modeling.case_train import train_case
from faultcast.tracking import tags
from faultcast.tracking.case_runs import track_case_evaluation, track_case_training
from faultcast.tracking.hashes import dvc_hash
from faultcast.tracking.record import Record, pending
from faultcast.tracking.stage_runs import Stage
from tests.unit.modeling.fruit import fruit, write_case_dataset


def test_a_case_s_runs_name_model_data_sets_and_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAULTCAST_RECORDS", str(tmp_path / "records"))
    layout = write_case_dataset(tmp_path, fruit())
    training = train_case(layout, "fruit")
    track_case_training(layout, training)
    track_case_evaluation(layout, evaluate_case(layout, "fruit"))
    trained, evaluated = (Record.read(folder) for folder in pending(layout))
    digest = training.manifest.model.sha256
    assert trained.tags[tags.MODEL_SHA256] == evaluated.tags[tags.JUDGED_SHA256] == digest
    assert trained.tags[tags.MODEL] == evaluated.tags[tags.MODEL] == "hist_gradient_boosting"
    assert trained.tags[tags.OUTPUTS] == "models/fruit"
    assert trained.description.startswith("Training of hist_gradient_boosting for ")
    assert evaluated.description.startswith("Evaluation of hist_gradient_boosting for ")
    for run in (trained, evaluated):
        assert run.parameters["dataset.md5"] == dvc_hash(layout.dataset("fruit"))
        assert run.metrics["train.rows"] == 320
        assert run.metrics["test.bytes"] > 0


@pytest.mark.parametrize("kind", ["plant", "case"])
def test_a_stage_is_tracked_for_the_plant_or_case_that_it_runs_for(
    tmp_path: Path, kind: str
) -> None:
    stage = Stage(
        Layout(tmp_path), tmp_path / "notebooks" / "12_case_train.ipynb", {kind: "fruit"}, ()
    )
    assert stage.plant == "fruit"
