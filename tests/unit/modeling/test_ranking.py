import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from faultcast.modeling.ranking import precision_recall, score

ROWS = 40


@given(
    arrays(np.float64, ROWS, elements=st.floats(0, 1)),
    arrays(np.bool_, ROWS).filter(lambda a: a.any() and not a.all()),
)
def test_scores_and_curve_stay_in_their_ranges(
    probabilities: np.ndarray, failing: np.ndarray
) -> None:
    metrics = score(probabilities, failing).metrics()
    assert all(0 <= value <= 1 for value in metrics.values())
    curve = precision_recall(probabilities, failing)
    assert curve["recall"].max() == 1
    assert curve["threshold"].is_sorted()
    assert curve["recall"].is_sorted(descending=True)


def test_perfect_forecast_scores_perfectly_and_a_constant_one_like_chance() -> None:
    failing = np.arange(100) < 7
    perfect, constant = score(failing.astype(float), failing), score(np.full(100, 0.3), failing)
    assert (perfect.average_precision, perfect.roc_auc, perfect.brier) == (1, 1, 0)
    assert (constant.average_precision, constant.roc_auc) == (pytest.approx(0.07), 0.5)


@pytest.mark.parametrize("value", [False, True])
def test_rows_of_one_class_have_no_ranking_scores(value: bool) -> None:
    metrics = score(np.linspace(0, 1, 10), np.full(10, value)).metrics()
    assert set(metrics) == {"brier"}


def test_curve_of_many_rows_is_short_enough_to_plot() -> None:
    random = np.random.default_rng(0)
    curve = precision_recall(random.random(10_000), random.random(10_000) < 0.1)
    assert 100 < curve.height <= 200


def test_without_a_failing_row_there_is_no_curve() -> None:
    assert precision_recall(np.linspace(0, 1, 10), np.zeros(10, dtype=bool)).is_empty()
