"""A case's evaluation: confusion, calibration, importance, slices, the gate's exam."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from faultcast.config.load import load_case
from faultcast.modeling.case_evaluation import CaseEvaluation, evaluate_case, interval
from faultcast.modeling.case_scores import score_case
from faultcast.modeling.case_train import train_case
from faultcast.modeling.gate.exams import open_exam
from faultcast.modeling.gate.judgement import judge_model
from faultcast.reporting import case_figures, case_tables
from tests.unit.modeling.fruit import CONFIG, fruit, write_case_dataset


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    layout = write_case_dataset(tmp_path_factory.mktemp("judged"), fruit())
    train_case(layout, "fruit")
    return layout.root


@pytest.fixture(scope="module")
def found(root: Path) -> CaseEvaluation:
    from faultcast.config.layout import Layout

    return evaluate_case(Layout(root), "fruit")


def test_confusion_counts_every_test_row_once(found: CaseEvaluation) -> None:
    assert found.confusion.sum() == found.rows == 80
    assert found.confusion.trace() / found.rows == pytest.approx(found.model.accuracy)


def test_the_model_is_far_better_than_the_commonest_class(found: CaseEvaluation) -> None:
    assert found.model.accuracy > found.chance + 0.3
    assert found.metrics()["rows"] == {"train": 320, "test": 80}


def test_the_brier_score_of_two_classes_is_that_of_one_probability() -> None:
    probabilities, truth = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7]]), np.array([0, 1, 0])
    expected = brier_score_loss(truth, probabilities[:, 1])
    assert score_case(probabilities, truth).brier == pytest.approx(expected)


def test_importance_finds_what_the_table_was_made_of(found: CaseEvaluation) -> None:
    lost = dict(found.importance.select("column", "lost").iter_rows())
    assert lost["length"] > 5 * max(abs(lost["spots"]), abs(lost["stalk"]), 0.001)


def test_slices_of_a_column_hold_every_row(found: CaseEvaluation) -> None:
    for name in found.case.columns:
        assert found.slices.filter(column=name)["rows"].sum() == found.rows
    assert "missing" in found.slices.filter(column="colour")["group"]
    inside = found.slices["low"] <= found.slices["accuracy"]
    assert (inside & (found.slices["accuracy"] <= found.slices["high"])).all()


def test_the_interval_of_few_rows_is_wide_and_stays_a_share() -> None:
    assert interval(0.5, 100) == pytest.approx((0.4038, 0.5962), abs=1e-3)
    assert interval(1.0, 3) == pytest.approx((0.4385, 1.0), abs=1e-3)
    assert interval(0.0, 3)[0] == 0


def test_figures_and_tables_are_drawn_alike_twice(found: CaseEvaluation) -> None:
    for draw in ("confusion", "calibration", "importance", "slices"):
        first, again = (getattr(case_figures, draw)(found) for _ in range(2))
        assert first.png == again.png
        assert first.finding
    for table in (case_tables.score_table, case_tables.slice_table, case_tables.verdict_headline):
        assert "<" in table(found)._repr_html_()


def test_the_gate_asks_for_the_cases_bars(root: Path) -> None:
    from faultcast.config.layout import Layout

    layout = Layout(root)
    passed = judge_model(open_exam(layout, "fruit"), layout.model("fruit"))
    assert passed.verdict.passed
    layout.case_config("fruit").write_text(CONFIG.replace("0.6,", "0.999,"))
    assert load_case(layout, "fruit").gate.min_accuracy == 0.999
    refused = judge_model(open_exam(layout, "fruit"), layout.model("fruit"))
    assert not refused.verdict.passed
    assert "cross validated accuracy" in refused.verdict.reason
