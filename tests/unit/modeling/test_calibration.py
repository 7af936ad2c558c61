import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit

from faultcast.modeling.calibration import calibrate, fit_sigmoid
from faultcast.scoring.manifest import CalibrationMethod

log_odds_rows = arrays(np.float64, st.integers(4, 60), elements=st.floats(-12, 12))


def drawn(slope: float, intercept: float, rows: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    log_odds = random.normal(-2, 2, rows)
    return log_odds, random.random(rows) < expit(slope * log_odds + intercept)


@given(log_odds_rows, st.data())
def test_calibrated_probabilities_keep_the_order_of_log_odds(
    log_odds: np.ndarray, data: st.DataObject
) -> None:
    failing = data.draw(arrays(np.bool_, log_odds.size).filter(np.any))
    failures = data.draw(st.integers(1, int(failing.sum())))
    found = fit_sigmoid(log_odds, 0.0, failing, failures)
    probabilities = calibrate(found, np.sort(log_odds))
    assert (np.diff(probabilities) >= 0).all()
    assert ((probabilities >= 0) & (probabilities <= 1)).all()


def test_many_failures_reveal_how_log_odds_were_bent() -> None:
    log_odds, failing = drawn(slope=0.6, intercept=-1.0)
    found = fit_sigmoid(log_odds, 0.0, failing, int(failing.sum()))
    assert found.slope == pytest.approx(0.6, abs=0.03)
    assert found.intercept == pytest.approx(-1.0, abs=0.05)


def test_one_failure_bends_log_odds_far_less_than_many_do() -> None:
    log_odds, failing = drawn(slope=0.3, intercept=2.0)
    one = fit_sigmoid(log_odds, 0.0, failing, 1)
    many = fit_sigmoid(log_odds, 0.0, failing, 500)
    assert 0 < one.intercept < many.intercept / 2
    assert many.slope < one.slope < 1


def test_without_a_failure_log_odds_stay_but_for_the_choice_of_training_rows() -> None:
    found = fit_sigmoid(np.array([-3.0, 1.0]), 0.7, np.array([False, False]), 0)
    assert found.method is CalibrationMethod.NONE
    assert (found.slope, found.intercept, found.failures) == (1, -0.7, 0)


def test_raised_log_odds_give_the_same_probabilities() -> None:
    log_odds, failing = drawn(slope=0.8, intercept=0.2)
    plain = calibrate(fit_sigmoid(log_odds, 0.0, failing, 40), log_odds)
    raised = calibrate(fit_sigmoid(log_odds + 3, 3.0, failing, 40), log_odds + 3)
    assert raised == pytest.approx(plain, abs=1e-5)
