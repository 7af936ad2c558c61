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

UNCALIBRATED = Calibration(method=CalibrationMethod.NONE, slope=1.0, intercept=0.0, failures=0)


def fit_sigmoid(log_odds: LogOdds, failing: Labels, failures: int) -> Calibration:
    """Fit a component's calibration on validation rows.

    Args:
        log_odds: the classifier's log-odds [n].
        failing: whether the component fails within the horizon [n].
        failures: how many failures these rows belong to. Rows before one failure resemble each
            other, so that the rows together weigh as much as the failures.

    Returns:
        The sigmoid; without a failure to learn from, the uncalibrated one.
    """
    if failures == 0:
        return UNCALIBRATED
    weight = failures / np.count_nonzero(failing)
    best = minimize(_loss, np.zeros(2), (log_odds, failing.astype(float), weight), "BFGS", jac=True)
    return Calibration(
        method=CalibrationMethod.SIGMOID,
        slope=round(float(np.exp(best.x[0])), _DIGITS),
        intercept=round(float(best.x[1]), _DIGITS),
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
