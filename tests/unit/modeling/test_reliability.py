import numpy as np
import pytest

from faultcast.modeling.reliability import expected_calibration_error, reliability


def test_bins_tell_forecast_observed_share_and_rows() -> None:
    probabilities = np.array([0.02, 0.04, 0.04, 0.35, 0.95, 1.0])
    failing = np.array([False, False, True, True, True, True])
    curve = reliability(probabilities, failing)
    assert curve["forecast"].to_list() == pytest.approx([0.1 / 3, 0.35, 0.975])
    assert curve["observed"].to_list() == pytest.approx([1 / 3, 1, 1])
    assert curve["rows"].to_list() == [3, 1, 2]


def test_error_weighs_each_bin_by_its_rows() -> None:
    probabilities = np.array([0.1] * 30 + [0.5] * 10)
    failing = np.array([True] * 6 + [False] * 24 + [True] * 5 + [False] * 5)
    error = expected_calibration_error(reliability(probabilities, failing))
    assert error == pytest.approx(0.1 * 30 / 40)


def test_true_probabilities_have_hardly_any_error_and_doubled_ones_have() -> None:
    random = np.random.default_rng(0)
    probabilities = random.random(50_000) / 2
    failing = random.random(50_000) < probabilities
    honest, doubled = (
        expected_calibration_error(reliability(factor * probabilities, failing))
        for factor in (1, 2)
    )
    assert honest < 0.01
    assert doubled > 0.2
