"""Headline and tables of the evaluation: the model against the baseline and against chance."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from faultcast.config.plant import Plant
from faultcast.modeling.alarm_evaluation import AlarmEvaluation
from faultcast.modeling.evaluation import Evaluation
from faultcast.modeling.target_evaluation import TargetEvaluation
from faultcast.reporting.clock import written
from faultcast.reporting.tables import MISSING, Card, Format, Headline, Table
from faultcast.reporting.wording import count, hours, number, percent, worded
from faultcast.scoring.manifest import MACHINE


def summary(plant: Plant, evaluation: Evaluation) -> str:
    """Say what was judged, and on what."""
    horizon = hours(plant.horizon / timedelta(hours=1))
    return (
        f"**{plant.title}**, from {written(plant, evaluation.first)} to "
        f"{written(plant, evaluation.last)}: {count(evaluation.machines, 'machine')}, "
        f"{count(evaluation.rows, 'forecast')} of the next {horizon}, "
        f"{count(evaluation.alarms.failures.height, 'failure')}. Nothing of this time took part in "
        "fitting, calibrating or choosing the threshold."
    )


def headline(plant: Plant, evaluation: Evaluation) -> Headline:
    """Give the numbers that a reader in a hurry takes along."""
    alarms, machine = evaluation.alarms, evaluation.machine
    median = alarms.failures.select(pl.col("lead_hours").median()).item()
    rate = alarms.false_alarms_per_machine_month
    return Headline(
        (
            Card(f"{alarms.announced} of {alarms.failures.height}", "failures announced"),
            Card(MISSING if median is None else hours(median), "ahead, in the median"),
            Card(
                number(rate),
                "false alarms per machine-month",
                warn=rate > plant.alarm.max_false_alarms,
            ),
            Card(_three(machine.model.scores.average_precision), "average precision"),
            Card(_three(machine.baseline.scores.average_precision), "of the baseline"),
            Card(_three(machine.chance), "of chance"),
        )
    )


def comparison(evaluation: Evaluation) -> str:
    """Say what planners would have seen with the baseline in the model's place."""
    baseline = evaluation.baseline_alarms
    return (
        f"With the baseline in its place, {baseline.announced} of these failures would have been "
        f"announced, at {number(baseline.false_alarms_per_machine_month)} false alarms per "
        "machine-month."
    )


def _three(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3f}"


def score_table(evaluation: Evaluation) -> Table:
    """Compare model, baseline and chance for each component and the machine."""
    rows = [_scored(name, target) for name, target in evaluation.targets.items()]
    numbers = list(rows[0])[1:]
    frame = pl.DataFrame(rows, schema_overrides=dict.fromkeys(numbers, pl.Float64))
    formats: dict[str, Format] = dict.fromkeys(numbers, "{:.3f}".format)
    formats |= dict.fromkeys((name for name in numbers if "Brier" in name), "{:.4f}".format)
    caption = "AP: average precision, 1 is perfect. Brier: mean squared error, 0 is perfect"
    return Table(frame, caption, formats, {"AP": 1.0}, ("any component",))


def _scored(name: str, target: TargetEvaluation) -> dict[str, object]:
    model, baseline = target.model.scores, target.baseline.scores
    return {
        "Component": "any component" if name == MACHINE else worded(name),
        "AP": model.average_precision,
        "AP, baseline": baseline.average_precision,
        "AP, chance": target.chance,
        "ROC AUC": model.roc_auc,
        "ROC AUC, baseline": baseline.roc_auc,
        "Brier": model.brier,
        "Brier, baseline": baseline.brier,
    }


def confusion_table(alarms: AlarmEvaluation) -> Table:
    """Count the rows by alarm and truth at the threshold."""
    found = alarms.confusion
    rows = [
        ("before a failure", found.true_alarms, found.missed),
        ("others", found.false_alarms, found.quiet),
    ]
    frame = pl.DataFrame(rows, schema=["Rows", "Alarm", "No alarm"], orient="row").with_columns(
        (pl.col("Alarm") / (pl.col("Alarm") + pl.col("No alarm"))).alias("Share with alarm")
    )
    formats: dict[str, Format] = dict.fromkeys(("Alarm", "No alarm"), "{:,}".format)
    caption = f"Forecasts at the alarm threshold, a probability of {percent(alarms.threshold)}"
    return Table(frame, caption, formats | {"Share with alarm": percent})
