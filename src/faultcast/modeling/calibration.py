"""Calibrate log-odds to probabilities by a sigmoid that few failures cannot bend far.

The sigmoid of Platt (1999), 1 / (1 + exp(-(slope * z + intercept))), is fitted by maximum a
posteriori: log(slope) and intercept have normal priors around 0, the uncalibrated forecast, so that
a validation part with one failure moves it a little and one with fifty decides. The slope is
positive: the order stays.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from faultcast.modeling.estimators import Labels, LogOdds
from faultcast.scoring.manifest import Calibration, CalibrationMethod

_SPREAD_LOG_SLOPE = 0.5
_SPREAD_INTERCEPT = 1.0
_DIGITS = 6


def fit_sigmoid(log_odds: LogOdds, raised: float, failing: Labels, failures: int) -> Calibration:
    """Fit a component's calibration on validation rows.

    Args:
        log_odds: the classifier's log-odds [n].
        raised: by how much the choice of the training rows raised them; it is taken off first.
        failing: whether the component fails within the horizon [n].
        failures: how many failures these rows belong to. Rows before one failure resemble each
            other, so that the rows together weigh as much as the failures.

    Returns:
        The calibration of the classifier's log-odds; without a failure, the correction alone.
    """
    if failures == 0:
        return Calibration(
            method=CalibrationMethod.NONE, slope=1, intercept=round(-raised, _DIGITS), failures=0
        )
    weight = failures / np.count_nonzero(failing)
    arguments = (log_odds - raised, failing.astype(float), weight)
    best = minimize(_loss, np.zeros(2), arguments, "BFGS", jac=True)
    slope = float(np.exp(best.x[0]))
    return Calibration(
        method=CalibrationMethod.SIGMOID,
        slope=round(slope, _DIGITS),
        intercept=round(float(best.x[1]) - slope * raised, _DIGITS),
        failures=failures,
    )


def calibrate(calibration: Calibration, log_odds: LogOdds) -> npt.NDArray[np.float64]:
    """Return the calibrated probabilities [n] of log-odds [n]."""
    return np.asarray(expit(calibration.slope * log_odds + calibration.intercept))


def _loss(
    point: npt.NDArray[np.float64], log_odds: LogOdds, failing: LogOdds, weight: float
) -> tuple[float, npt.NDArray[np.float64]]:
    """Return the negative log posterior at (log slope, intercept), and its gradient."""
    slope = np.exp(point[0])
    calibrated = slope * log_odds + point[1]
    excess = weight * (expit(calibrated) - failing)
    spread = np.array([_SPREAD_LOG_SLOPE, _SPREAD_INTERCEPT])
    loss = weight * np.sum(np.logaddexp(0, calibrated) - failing * calibrated)
    gradient = np.array([np.sum(excess * log_odds) * slope, np.sum(excess)])
    return float(loss + np.sum((point / spread) ** 2) / 2), gradient + point / spread**2
