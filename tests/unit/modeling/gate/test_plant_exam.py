"""A plant's exam: its bars are the evaluation's numbers, and any champion can sit it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.errors import GateError
from faultcast.modeling.evaluation import evaluate_plant
from faultcast.modeling.gate.exams import open_exam
from faultcast.modeling.gate.judgement import Contender, judge_challenger, judge_model
from faultcast.modeling.train import Training


@pytest.fixture
def exam(project: Layout, training: Training):
    assert training.folder == project.model("press")
    return open_exam(project, "press")


def test_the_bars_are_the_numbers_of_the_evaluation(exam, project: Layout) -> None:
    evaluation = evaluate_plant(project, "press")
    result = exam.sit(project.model("press"))
    values = {bar.name: bar.value for bar in result.bars}
    machine, alarms = evaluation.machine, evaluation.alarms
    assert values == {
        "failures": alarms.failures.height,
        "average_precision": machine.model.scores.average_precision,
        "loss_to_baseline": machine.baseline.scores.average_precision
        - machine.model.scores.average_precision,
        "in_time": alarms.in_time / alarms.failures.height,
        "false_alarms": alarms.false_alarms_per_machine_month,
        "calibration_error": machine.model.calibration_error,
    }


def test_the_compared_score_with_each_machine_once_is_the_reported_one(
    exam, project: Layout
) -> None:
    import numpy as np

    score = exam.sit(project.model("press")).score(np.ones(exam.units, dtype=np.int64))
    expected = evaluate_plant(project, "press").machine.model.scores.average_precision
    assert score == pytest.approx(expected)


def test_a_model_made_with_another_test_set_is_not_judged(
    exam, project: Layout, tmp_path: Path
) -> None:
    folder = _copy_with(project, tmp_path, "dataset", test={"rows": 1, "sha256": "0" * 64})
    with pytest.raises(GateError, match="made with another test set"):
        judge_model(exam, folder)


def test_a_champion_made_with_another_test_set_is_compared_and_that_is_said(
    exam, project: Layout, tmp_path: Path
) -> None:
    folder = _copy_with(project, tmp_path, "dataset", test={"rows": 1, "sha256": "0" * 64})
    judgement = judge_challenger(exam, Contender(project.model("press"), 2), Contender(folder, 1))
    assert judgement.comparison is not None
    assert "another test set" in judgement.remarks[0]


def test_a_champion_that_cannot_be_read_any_more_is_in_the_way_and_that_is_said(
    exam, project: Layout, tmp_path: Path
) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    ours = Contender(project.model("press"), 2)
    verdict = judge_challenger(exam, ours, Contender(tmp_path, 1)).verdict
    assert not verdict.passed
    assert "only an override replaces it" in verdict.reason


def test_the_same_judgement_gives_the_same_numbers(exam, project: Layout) -> None:
    ours = Contender(project.model("press"), 2)
    first, again = (judge_challenger(exam, ours, Contender(ours.folder, 1)) for _ in range(2))
    assert json.dumps(first.numbers()) == json.dumps(again.numbers())


def test_a_version_that_was_rolled_back_is_refused(exam, project: Layout) -> None:
    contender = Contender(project.model("press"), 2, rolled_back=True)
    verdict = judge_challenger(exam, contender, None).verdict
    assert not verdict.passed
    assert "rolled back" in verdict.reason


def test_rows_of_a_machine_are_one_unit(exam, project: Layout) -> None:
    test = pl.read_parquet(project.dataset("press") / "test.parquet")
    assert exam.units == test["machine"].n_unique()


def _copy_with(project: Layout, tmp_path: Path, key: str, **changed: object) -> Path:
    folder = tmp_path / "press"
    shutil.copytree(project.model("press"), folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest[key] |= changed
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder
