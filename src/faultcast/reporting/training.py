"""Tables of a training: what was fitted, how it scores, what was written."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl

from faultcast.config.duration import format_duration
from faultcast.config.plant import Plant
from faultcast.modeling.evaluation import Evaluation
from faultcast.modeling.train import Training
from faultcast.reporting.tables import Card, Format, Headline, Table
from faultcast.reporting.wording import count, hours, number, percent, worded
from faultcast.scoring.manifest import MACHINE, Calibration, Line


def headline(training: Training) -> Headline:
    """Tell what was trained and how it scores on validation."""
    manifest = training.manifest
    machine = training.scores["validation"][MACHINE]
    return Headline(
        (
            Card(worded(manifest.model.algorithm.removeprefix("hist_")), "algorithm"),
            Card(f"{len(manifest.components)}", "components, one classifier each"),
            Card(f"{len(manifest.inputs)}", "features"),
            Card(_score(machine.average_precision), "average precision on validation"),
            Card(percent(manifest.model.threshold), "alarm threshold", warn=True),
        )
    )


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def score_table(training: Training, validation: Evaluation) -> Table:
    """Compare the parts that the training saw: far better on training means learnt by heart."""
    rows = []
    for target, fitted in training.scores["train"].items():
        later = validation.targets[target].model.scores
        rows.append(
            {
                "Component": "any component" if target == MACHINE else worded(target),
                "AP, training": fitted.average_precision,
                "AP, validation": later.average_precision,
                "AP, chance": validation.targets[target].chance,
                "ROC AUC, validation": later.roc_auc,
                "Brier score, validation": later.brier,
            }
        )
    formats: dict[str, Format] = dict.fromkeys(rows[0], "{:.3f}".format)
    formats |= {"Component": str, "Brier score, validation": "{:.4f}".format}
    return Table(
        pl.DataFrame(rows),
        "AP: average precision, 1 is perfect",
        formats,
        {"AP, validation": 1.0},
        ("any component",),
    )


def calibration_table(training: Training) -> Table:
    """Show which calibration was chosen for each component and horizon, and how it bends."""
    manifest = training.manifest
    by_horizon = {
        format_duration(manifest.horizon): manifest.model.calibration,
        **manifest.model.further_calibration,
    }
    frame = pl.DataFrame(
        [
            {
                "Horizon": horizon,
                "Component": worded(component),
                "Failures in validation": found.failures,
                "Method": found.method.value,
                "Bend": _bend(found),
            }
            for horizon, calibrations in by_horizon.items()
            for component, found in calibrations.items()
        ]
    )
    return Table(frame, "Calibration of the log-odds z; the method is that which validates best")


def _bend(calibration: Calibration) -> str:
    if isinstance(calibration, Line):
        return f"{calibration.slope:.2f} · z {calibration.intercept:+.2f}"
    return f"through {count(len(calibration.log_odds), 'knot')}"


def summary(plant: Plant) -> str:
    """Say what a forecast of this model means."""
    return (
        f"For each machine and each of {count(len(plant.components), 'component')} the model "
        "gives the probability of a failure in the next "
        f"{hours(plant.horizon / timedelta(hours=1))}. The machine's is that of any of them. "
        "Classifiers learn from the training part; calibration and alarm threshold come from "
        "validation; the test part stays closed."
    )


def file_table(folder: Path) -> Table:
    """List what was written."""
    meanings = {
        "baseline.onnx": "the baseline that every report compares with",
        "manifest.json": "signature, hashes of the data, and how the model was made",
        "model.onnx": "the model, ready to serve",
    }
    frame = pl.DataFrame(
        [
            {"File": file.name, "Holds": meanings.get(file.name, ""), "Size": _size(file)}
            for file in sorted(folder.iterdir())
        ]
    )
    return Table(frame, right=("Size",))


def _size(file: Path) -> str:
    return number(file.stat().st_size / 1024, "KiB")
