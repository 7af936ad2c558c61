"""Turn a classifier's log-odds into probabilities that are true, by the method that validates best.

Three methods compete: none (the log-odds as they are), the sigmoid of Platt (1999) and isotonic
regression (Zadrozny and Elkan, 2002). Each is fitted to some machines of the validation part and
judged by its log loss on the others (Niculescu-Mizil and Caruana, 2005, found that isotonic
regression overfits where data are few), so that only what holds for unseen machines is chosen.

Rows before one failure resemble each other. Those of a component therefore weigh together as much
as its failures, and both fits are held near the uncalibrated forecast by a prior: one failure moves
them a little, fifty decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

from faultcast.modeling.estimators import Labels, LogOdds
from faultcast.scoring.manifest import Calibration, CalibrationMethod, Knots, Line

_FOLDS = 5
_FEWEST_FAILURES = 10
_SPREAD_LOG_SLOPE = 0.5
_SPREAD_INTERCEPT = 1.0
_BINS = 10
_PRIOR_FAILURES = 2.0
_NARROWEST = 0.1
_STEEPEST = 8.0
_DIGITS = 6


@dataclass(frozen=True)
class Observations:
    """What a calibration is fitted to: validation rows of one component.

    Args:
        log_odds: the classifier's log-odds [n], corrected for the choice of its training rows.
        failing: whether the component fails within the horizon [n].
        machines: the number of each row's machine [n].
        failures: how many failures the failing rows belong to.
    """

    log_odds: LogOdds
    failing: Labels
    machines: npt.NDArray[np.int64]
    failures: int

    @property
    def weight(self) -> float:
        """The weight of a row, by which all failing rows weigh as much as the failures."""
        return self.failures / max(1, int(np.count_nonzero(self.failing)))

    def of(self, chosen: Labels) -> Observations:
        """Return the chosen rows; failures are counted by their share of the failing rows."""
        failing = self.failing[chosen]
        failures = round(self.weight * np.count_nonzero(failing))
        return Observations(self.log_odds[chosen], failing, self.machines[chosen], failures)


def fit_calibration(observations: Observations) -> Calibration:
    """Choose and fit a component's calibration.

    Returns:
        The method with the lowest log loss on machines that it was not fitted to; where too few
        failed to judge by, the sigmoid, whose prior holds it; without a failure none.
    """
    if not observations.failures:
        return fit_none(observations)
    folds = np.unique(observations.machines[observations.failing] % _FOLDS)
    if observations.failures < _FEWEST_FAILURES or folds.size < 2:
        return fit_sigmoid(observations)
    losses = {method: _validated(fit, observations) for method, fit in _METHODS.items()}
    return _METHODS[min(losses, key=losses.__getitem__)](observations)


def calibrate(calibration: Calibration, log_odds: LogOdds) -> npt.NDArray[np.float64]:
    """Return the calibrated probabilities [n] of log-odds [n]."""
    if isinstance(calibration, Line):
        return np.asarray(expit(calibration.slope * log_odds + calibration.intercept))
    knots = np.array(calibration.log_odds)
    inside = np.interp(log_odds, knots, calibration.calibrated)
    return np.asarray(expit(inside + log_odds - np.clip(log_odds, knots[0], knots[-1])))


def raised_by(raised: float, calibration: Calibration) -> Calibration:
    """Return the calibration of log-odds that are so much higher than those it was fitted to."""
    if isinstance(calibration, Line):
        intercept = calibration.intercept - calibration.slope * raised
        return calibration.model_copy(update={"intercept": round(intercept, _DIGITS)})
    knots = tuple(round(knot + raised, _DIGITS) for knot in calibration.log_odds)
    return calibration.model_copy(update={"log_odds": knots})


def _validated(fit: Callable[[Observations], Calibration], observations: Observations) -> float:
    """Return the log loss of a method on machines that it was not fitted to, summed over rows."""
    loss = 0.0
    for fold in range(_FOLDS):
        held = observations.machines % _FOLDS == fold
        fitted, judged = fit(observations.of(~held)), observations.of(held)
        forecast = calibrate(fitted, judged.log_odds)
        loss -= float(np.sum(np.log(np.where(judged.failing, forecast, 1 - forecast))))
    return loss


def fit_none(observations: Observations) -> Line:
    """Leave log-odds as they are."""
    method = CalibrationMethod.NONE
    return Line(method=method, slope=1, intercept=0, failures=observations.failures)


def fit_sigmoid(observations: Observations) -> Line:
    """Fit by maximum a posteriori: log(slope) and intercept have normal priors around 0."""
    arguments = observations.log_odds, observations.failing.astype(float), observations.weight
    best = minimize(_loss, np.zeros(2), arguments, "BFGS", jac=True)
    return Line(
        method=CalibrationMethod.SIGMOID,
        slope=round(float(np.exp(best.x[0])), _DIGITS),
        intercept=round(float(best.x[1]), _DIGITS),
        failures=observations.failures,
    )


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


def fit_isotonic(observations: Observations) -> Knots:
    """Fit isotonic regression to rows in bins, each with a tenth of the failing rows.

    Its rates are mixed with those that the sigmoid expects, so that the order of rows stays where
    isotonic regression is flat. From bin to bin log-odds are interpolated; beyond the outermost
    they keep their slope.
    """
    log_odds, failing = observations.log_odds, observations.failing
    edges = np.unique(np.quantile(log_odds[failing], np.linspace(0, 1, _BINS + 1)))[:-1]
    bins = np.searchsorted(edges, log_odds, side="right")
    rows = np.bincount(bins, minlength=edges.size + 1).astype(float)
    filled = np.flatnonzero(rows)

    def mean(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(np.bincount(bins, values, rows.size)[filled] / rows[filled])

    rates = mean(failing.astype(float))
    rising = IsotonicRegression().fit(filled, rates, rows[filled]).predict(filled)
    share = _PRIOR_FAILURES / (_PRIOR_FAILURES + observations.failures)
    expected = mean(calibrate(fit_sigmoid(observations), log_odds))
    calibrated = logit((1 - share) * rising + share * expected)
    centres = mean(log_odds)
    kept = _far_apart(centres, calibrated)
    return Knots(
        method=CalibrationMethod.ISOTONIC,
        log_odds=tuple(np.round(centres[kept], _DIGITS).tolist()),
        calibrated=tuple(np.round(calibrated[kept], _DIGITS).tolist()),
        failures=observations.failures,
    )


def _far_apart(centres: LogOdds, calibrated: LogOdds) -> list[int]:
    """Leave out knots after which the line would be too steep for float32."""
    kept = [0]
    for knot in range(1, centres.size):
        run = centres[knot] - centres[kept[-1]]
        if run >= _NARROWEST and calibrated[knot] - calibrated[kept[-1]] <= _STEEPEST * run:
            kept.append(knot)
    return kept


_METHODS: dict[CalibrationMethod, Callable[[Observations], Calibration]] = {
    CalibrationMethod.NONE: fit_none,
    CalibrationMethod.SIGMOID: fit_sigmoid,
    CalibrationMethod.ISOTONIC: fit_isotonic,
}
