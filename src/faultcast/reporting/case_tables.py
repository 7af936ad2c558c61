"""Tables and headlines of a case: its columns, its parts, its training, its verdict."""

from __future__ import annotations

import polars as pl

from faultcast.config.case import TARGET, Case
from faultcast.config.cells import Cells
from faultcast.features.case_split import CaseParts
from faultcast.modeling.case_evaluation import CaseEvaluation, interval
from faultcast.modeling.case_train import CaseTraining
from faultcast.reporting.tables import Card, Format, Headline, Table
from faultcast.reporting.wording import count, listing, number, percent, worded
from faultcast.scoring.case_manifest import CaseManifest, class_name


def summary(case: Case, rows: pl.DataFrame) -> str:
    """Say what the table is about."""
    classes = listing([class_name(one) for one in case.target.classes])
    return (
        f"**{case.title}**: {count(rows.height, 'row')} with "
        f"{count(len(case.columns), 'column')}; the target `{case.target.column}` "
        f"({case.target.meaning}) is {classes}."
    )


def column_table(case: Case, rows: pl.DataFrame) -> Table:
    """Describe the columns: what they hold, how much is missing."""
    told = []
    for name, cells in case.columns.items():
        values = rows[name]
        if cells.values:
            holds = ", ".join(str(one) for one in cells.values)
        elif cells.min is not None and values.count():
            holds = f"{number(float(values.min()))} to {number(float(values.max()), cells.unit)}"  # type: ignore[arg-type]
        else:
            holds = "false, true"
        told.append(
            {
                "Column": worded(name),
                "Type": str(cells.type),
                "Holds": holds,
                "Missing": values.null_count() / max(values.len(), 1),
                "Meaning": cells.meaning,
            }
        )
    return Table(pl.DataFrame(told), formats={"Missing": percent})


def part_table(case: Case, parts: CaseParts) -> Table:
    """Count each class in each part."""
    rows = []
    for name, frame in parts.items():
        counts = {
            class_name(one): int((frame[TARGET] == place).sum())
            for place, one in enumerate(case.target.classes)
        }
        rows.append({"Part": name, "Rows": frame.height, **counts})
    frame = pl.DataFrame(rows)
    return Table(frame, formats=dict.fromkeys(frame.columns[1:], "{:,}".format))


def training_headline(training: CaseTraining) -> Headline:
    """Tell what was trained and how it scores in cross-validation."""
    algorithm = training.manifest.model.algorithm.removeprefix("hist_")
    return Headline(
        (
            Card(worded(algorithm), "algorithm"),
            Card(str(len(training.manifest.inputs)), "columns"),
            Card(f"{training.scores.accuracy:.3f}", "cross-validated accuracy"),
            Card(f"{training.scores.roc_auc:.3f}", "cross-validated ROC AUC"),
        )
    )


def training_table(training: CaseTraining) -> Table:
    """Compare model and baseline in cross-validation."""
    frame = pl.DataFrame(
        [
            {"Model": name, **{_HEADINGS[key]: value for key, value in vars(scores).items()}}
            for name, scores in (("model", training.scores), ("baseline", training.baseline_scores))
        ]
    )
    return Table(frame, "Means over 3 times 5 folds", dict.fromkeys(_NUMBERS, "{:.3f}".format))


def signature_table(manifest: CaseManifest) -> Table:
    """List what a request holds."""
    rows = [
        {
            "Column": one.name,
            "Type": str(one.type),
            "Allowed": _allowed(one),
            "Unit": one.unit,
            "May be missing": "no" if one.required else "yes",
            "Usual": class_name(one.example)
            if not isinstance(one.example, float)
            else number(one.example),
        }
        for one in manifest.inputs
    ]
    return Table(pl.DataFrame(rows))


def _allowed(cells: Cells) -> str:
    if cells.values:
        return ", ".join(str(one) for one in cells.values)
    return "false, true" if cells.min is None else f"{cells.min:g} to {cells.max:g}"


def verdict_headline(found: CaseEvaluation) -> Headline:
    """Give the numbers that a reader in a hurry takes along."""
    gate, trained = found.case.gate, found.manifest.model
    low, high = interval(found.model.accuracy, found.rows)
    return Headline(
        (
            Card(percent(found.model.accuracy), f"right, of {found.rows} test rows"),
            Card(f"{percent(low)} to {percent(high)}", "95 % interval"),
            Card(f"{found.model.roc_auc:.3f}", "ROC AUC on test"),
            Card(
                f"{trained.accuracy:.3f}",
                "cross-validated accuracy",
                warn=trained.accuracy < gate.min_accuracy,
            ),
            Card(
                f"{trained.roc_auc:.3f}",
                "cross-validated ROC AUC",
                warn=trained.roc_auc < gate.min_roc_auc,
            ),
        )
    )


def score_table(found: CaseEvaluation) -> Table:
    """Compare model, baseline and chance on the test part."""
    rows = [
        {"Model": name, **{_HEADINGS[key]: value for key, value in vars(scores).items()}}
        for name, scores in (("model", found.model), ("baseline", found.baseline))
    ]
    rows.append({"Model": "commonest class", **dict.fromkeys(_NUMBERS), "Accuracy": found.chance})
    frame = pl.DataFrame(rows, schema_overrides=dict.fromkeys(_NUMBERS, pl.Float64))
    formats: dict[str, Format] = dict.fromkeys(_NUMBERS, "{:.3f}".format)
    return Table(
        frame,
        "On the test part; Brier score: mean squared error, 0 is perfect",
        formats,
        {"Accuracy": 1.0},
    )


def slice_table(found: CaseEvaluation) -> Table:
    """List the accuracy in each group of rows, with counts and intervals."""
    frame = found.slices.select(
        pl.col("column").str.replace_all("_", " ").alias("Column"),
        pl.col("group").alias("Group"),
        pl.col("rows").alias("Rows"),
        pl.col("accuracy").alias("Right"),
        pl.col("low").alias("From"),
        pl.col("high").alias("To"),
    )
    formats: dict[str, Format] = dict.fromkeys(("Right", "From", "To"), percent)
    return Table(frame, "From, to: 95 % interval", formats, {"Right": 1.0})


_HEADINGS = {
    "accuracy": "Accuracy",
    "roc_auc": "ROC AUC",
    "log_loss": "Log loss",
    "brier": "Brier score",
}
_NUMBERS = tuple(_HEADINGS.values())
