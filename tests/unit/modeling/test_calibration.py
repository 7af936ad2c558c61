from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, logit

from faultcast.modeling.calibration import (
    Observations,
    calibrate,
    fit_calibration,
    fit_isotonic,
    fit_none,
    fit_sigmoid,
    raised_by,
)
from faultcast.scoring.manifest import CalibrationMethod, Knots

MACHINES = 20
FITS = [fit_none, fit_sigmoid, fit_isotonic, fit_calibration]

log_odds_rows = arrays(np.float64, st.integers(4, 60), elements=st.floats(-12, 12))


def drawn(truth: np.ndarray, log_odds: np.ndarray, failures: int | None = None) -> Observations:
    """Draw what fails by its true probability; each failing row is a failure of its own, or not."""
    random = np.random.default_rng(1)
    failing = random.random(truth.size) < truth
    machines = np.arange(truth.size) % MACHINES
    return Observations(log_odds, failing, machines, failures or int(failing.sum()))


def scores(rows: int = 40_000) -> np.ndarray:
    return np.random.default_rng(0).normal(-2, 2, rows)


@pytest.mark.parametrize("fit", FITS)
@given(log_odds=log_odds_rows, data=st.data())
def test_calibrated_probabilities_keep_the_order_of_log_odds(
    fit, log_odds: np.ndarray, data: st.DataObject
) -> None:
    failing = data.draw(arrays(np.bool_, log_odds.size).filter(np.any))
    failures = data.draw(st.integers(1, int(failing.sum())))
    machines = np.arange(log_odds.size) % 7
    found = fit(Observations(log_odds, failing, machines, failures))
    probabilities = calibrate(found, np.sort(log_odds))
    assert (np.diff(probabilities) >= 0).all()
    assert ((probabilities >= 0) & (probabilities <= 1)).all()


def test_many_failures_reveal_how_log_odds_were_bent() -> None:
    log_odds = scores()
    found = fit_sigmoid(drawn(expit(0.6 * log_odds - 1), log_odds))
    assert found.slope == pytest.approx(0.6, abs=0.03)
    assert found.intercept == pytest.approx(-1.0, abs=0.05)


@pytest.mark.parametrize("fit", [fit_sigmoid, fit_isotonic])
def test_one_failure_bends_log_odds_far_less_than_many_do(fit) -> None:
    log_odds = scores()
    seen = drawn(expit(0.3 * log_odds + 2), log_odds)
    one, many = (calibrate(fit(replace(seen, failures=n)), log_odds) for n in (1, 500))
    bent_by_one, bent_by_many = (np.abs(p - expit(log_odds)).mean() for p in (one, many))
    assert 0 < bent_by_one < 0.6 * bent_by_many


def test_isotonic_follows_what_no_sigmoid_can() -> None:
    log_odds = scores()
    truth = np.where(log_odds < 0, 0.02, 0.6)
    observations = drawn(truth, log_odds)
    found = fit_calibration(observations)
    assert found.method is CalibrationMethod.ISOTONIC
    by_sigmoid = calibrate(fit_sigmoid(observations), log_odds)
    by_knots = calibrate(found, log_odds)
    assert np.abs(by_knots - truth).mean() < np.abs(by_sigmoid - truth).mean() / 2


def test_sigmoid_is_chosen_where_a_sigmoid_is_the_truth() -> None:
    log_odds = scores(6_000)
    found = fit_calibration(drawn(expit(0.6 * log_odds - 1), log_odds))
    assert found.method is CalibrationMethod.SIGMOID


def test_nothing_is_bent_where_log_odds_are_true() -> None:
    log_odds = scores(6_000)
    observations = drawn(expit(log_odds), log_odds)
    probabilities = calibrate(fit_calibration(observations), log_odds)
    assert np.abs(probabilities - expit(log_odds)).mean() < 0.02


def test_isotonic_does_not_win_by_what_it_learnt_of_one_machine() -> None:
    """A third of the machines breaks down at other log-odds than all others."""
    log_odds = scores(2_000)
    odd = np.arange(log_odds.size) % 5 == 0
    truth = expit(log_odds - np.where(odd, 4, 0))
    observations = replace(drawn(truth, log_odds), failures=12)
    assert fit_calibration(observations).method is not CalibrationMethod.ISOTONIC


@pytest.mark.parametrize(("failures", "method"), [(0, "none"), (3, "sigmoid")])
def test_too_few_failures_to_judge_by_leave_little_choice(failures: int, method: str) -> None:
    failing = np.arange(200) < 20 * bool(failures)
    observations = Observations(scores(200), failing, np.arange(200) % MACHINES, failures)
    assert fit_calibration(observations).method.value == method


def test_failures_of_one_machine_alone_do_not_stop_a_training() -> None:
    machines = np.arange(200) // 20
    observations = Observations(scores(200), machines == 3, machines, 15)
    assert fit_calibration(observations).method is CalibrationMethod.SIGMOID


@pytest.mark.parametrize("fit", FITS)
def test_raised_log_odds_give_the_same_probabilities(fit) -> None:
    log_odds = scores(5_000)
    found = fit(drawn(np.where(log_odds < 0, 0.02, 0.6), log_odds))
    plain, raised = calibrate(found, log_odds), calibrate(raised_by(3, found), log_odds + 3)
    assert raised == pytest.approx(plain, abs=1e-5)


def test_beyond_the_knots_log_odds_keep_their_slope() -> None:
    knots = Knots(
        method=CalibrationMethod.ISOTONIC,
        log_odds=(-2.0, 0.0, 1.0),
        calibrated=(-4.0, -1.0, 2.0),
        failures=20,
    )
    found = calibrate(knots, np.array([-5.0, -2.0, -1.0, 0.5, 1.0, 3.0]))
    assert logit(found) == pytest.approx([-7, -4, -2.5, 0.5, 2, 4])
