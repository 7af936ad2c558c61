import numpy as np
import pytest

from faultcast.modeling.target_evaluation import evaluate_target


def test_model_and_baseline_are_judged_each_by_its_own_probabilities() -> None:
    failing = np.arange(200) < 20
    perfect, blind = failing.astype(float), np.full(200, 0.1)
    found = evaluate_target(failing, perfect, blind)
    assert found.model.scores.average_precision == 1
    assert found.baseline.scores.average_precision == pytest.approx(found.chance) == 0.1
    assert found.model.precision_recall["precision"].max() == 1
    assert found.baseline.precision_recall["precision"].max() == pytest.approx(0.1)
    assert found.baseline.reliability["rows"].to_list() == [200]


def test_metrics_count_positives_and_compare_with_chance() -> None:
    failing = np.arange(50) < 5
    metrics = evaluate_target(failing, np.full(50, 0.4), np.full(50, 0.1)).metrics()
    assert metrics["positives"] == 5
    assert metrics["chance"] == {"average_precision": 0.1, "roc_auc": 0.5}
    assert metrics["model"]["calibration_error"] == pytest.approx(0.3)
    assert metrics["baseline"]["calibration_error"] == pytest.approx(0)
