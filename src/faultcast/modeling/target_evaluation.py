"""How well a component's failures, or the machine's, are forecast: model, baseline and chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from faultcast.modeling.estimators import Labels
from faultcast.modeling.ranking import Probabilities, Scores, precision_recall, score
from faultcast.modeling.reliability import expected_calibration_error, reliability

Which = Literal["model", "baseline"]


@dataclass(frozen=True)
class Judged:
    """A model's scores and curves for one target."""

    scores: Scores
    calibration_error: float
    precision_recall: pl.DataFrame
    reliability: pl.DataFrame

    def metrics(self) -> dict[str, float]:
        """Return the numbers by name."""
        return {**self.scores.metrics(), "calibration_error": self.calibration_error}


@dataclass(frozen=True)
class TargetEvaluation:
    """A component, or the machine: how often it fails, and how well each model says so."""

    rows: int
    positives: int
    model: Judged
    baseline: Judged

    @property
    def chance(self) -> float:
        """The average precision of guessing: the share of rows before a failure."""
        return self.positives / self.rows

    def metrics(self) -> dict[str, object]:
        """Return the numbers of model, baseline and chance."""
        return {
            "positives": self.positives,
            "chance": {"average_precision": self.chance, "roc_auc": 0.5},
            "model": self.model.metrics(),
            "baseline": self.baseline.metrics(),
        }


def evaluate_target(
    failing: Labels,
    model: Probabilities,
    baseline: Probabilities,
    machines: pl.Series | None = None,
) -> TargetEvaluation:
    """Judge two models' probabilities [n] of one target against what happened to machines [n]."""
    return TargetEvaluation(
        rows=failing.size,
        positives=int(np.count_nonzero(failing)),
        model=_judge(model, failing, machines),
        baseline=_judge(baseline, failing, machines),
    )


def _judge(probabilities: Probabilities, failing: Labels, machines: pl.Series | None) -> Judged:
    curve = reliability(probabilities, failing, machines)
    return Judged(
        score(probabilities, failing),
        expected_calibration_error(curve),
        precision_recall(probabilities, failing),
        curve,
    )
