"""Figures of a case's evaluation: confusion, calibration, importance, slices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from faultcast.modeling.case_evaluation import CaseEvaluation
from faultcast.reporting.picture import Picture, canvas, finish, house_style
from faultcast.reporting.style import BLUE, CHANCE, INK, SEQUENTIAL
from faultcast.reporting.wording import number, percent, worded

_BAR, _ENOUGH = 0.65, 20


@house_style
def confusion(found: CaseEvaluation) -> Picture:
    """Draw how many rows of each class were forecast as which."""
    counts, names = found.confusion, found.class_names
    side = 2.2 + 0.6 * len(names)
    figure, (axes,) = canvas(width=side + 3.0, height=side)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap=SEQUENTIAL, vmin=0, vmax=1)
    for (truth, forecast), count in np.ndenumerate(counts):
        share = shares[truth, forecast]
        colour = "white" if share > 0.5 else INK
        axes.text(
            forecast, truth, f"{count}\n{percent(share)}", ha="center", va="center", color=colour
        )
    places = range(len(names))
    axes.set_xticks(places, names)
    axes.set_yticks(places, names)
    axes.set(xlabel=f"forecast: {found.case.target.meaning}", ylabel="truth")
    axes.grid(visible=False)
    wrong = counts.sum() - np.trace(counts)
    finding = f"{percent(found.model.accuracy)} of {counts.sum()} rows are forecast right"
    return finish(figure, "confusion", finding, f"Counts by truth and forecast, {wrong} are wrong.")


@house_style
def calibration(found: CaseEvaluation) -> Picture:
    """Draw forecast against observed shares."""
    curve = found.reliability
    figure, axes = canvas(1, 2, height=3.4)
    forecast, observed = (100 * curve[name].to_numpy() for name in ("forecast", "observed"))
    axes[0].plot((0, 100), (0, 100), color=CHANCE, ls="--", lw=1.2, label="perfectly calibrated")
    axes[0].plot(forecast, observed, "o-", ms=4.5, color=BLUE, label="model")
    asked = found.case.target.positive_class is not None
    true = found.case.target.meaning if asked else "the likeliest class is right"
    axes[0].set(xlim=(-2, 102), ylim=(-2, 102), xlabel="forecast probability (%)")
    axes[0].set(ylabel=f"rows where {true} (%)" if not asked else f"{true} (% of rows)")
    axes[0].legend()
    axes[1].bar(forecast, curve["rows"].to_numpy(), width=6, color=BLUE)
    axes[1].set(xlim=(-2, 102), xlabel="forecast probability (%)", ylabel="rows")
    error = number(100 * found.calibration_error, "percentage points")
    finding = f"Forecast probabilities are off by {error} on average"
    return finish(figure, "calibration", finding, "Forecast against observed shares.")


@house_style
def importance(found: CaseEvaluation) -> Picture:
    """Draw what the ROC AUC loses when a column is shuffled."""
    lost = found.importance
    figure, (axes,) = canvas(height=1.3 + 0.42 * lost.height)
    axes.barh(
        np.arange(lost.height),
        lost["lost"].to_numpy(),
        xerr=lost["spread"].to_numpy(),
        color=BLUE,
        ecolor=CHANCE,
        height=_BAR,
    )
    axes.set_yticks(range(lost.height), [worded(name) for name in lost["column"]])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("loss of ROC AUC when the column is shuffled (line: one standard deviation)")
    finding = f"The model owes most to {worded(lost['column'][0])}"
    return finish(figure, "importance", finding, "A bar for each column, the longest first.")


@house_style
def slices(found: CaseEvaluation) -> Picture:
    """Draw the accuracy in each group of rows, with 95 % intervals."""
    groups = found.slices
    figure, (axes,) = canvas(height=1.2 + 0.3 * groups.height)
    places, accuracy = np.arange(groups.height), 100 * groups["accuracy"].to_numpy()
    sides = [accuracy - 100 * groups["low"].to_numpy(), 100 * groups["high"].to_numpy() - accuracy]
    axes.errorbar(accuracy, places, xerr=np.maximum(sides, 0), fmt="o", ms=5, color=BLUE, lw=1.5)
    axes.axvline(100 * found.model.accuracy, color=CHANCE, ls="--", lw=1.2)
    labels = [
        f"{worded(row['column'])}: {row['group']} ({row['rows']})"
        for row in groups.iter_rows(named=True)
    ]
    axes.set_yticks(places, labels)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("rows forecast right (%); line: 95 % interval, dashed: all rows")
    enough = pl.col("rows") >= pl.min_horizontal(pl.col("rows").max(), _ENOUGH)
    worst = groups.filter(enough).sort("accuracy").row(0, named=True)
    finding = slice_finding(worst, found.model.accuracy)
    return finish(figure, "slices", finding, "Accuracy by group of rows.")


def slice_finding(worst: Mapping[str, Any], accuracy: float) -> str:
    """Say whether the weakest group is worse than chance explains.

    Args:
        worst: the group's column, group, rows, accuracy and high, the end of its interval.
        accuracy: that of all rows.
    """
    named = (
        f"where {worded(worst['column'])} is {worst['group']}: "
        f"{percent(worst['accuracy'])} of {worst['rows']} rows are right"
    )
    if worst["high"] < accuracy:
        return f"Clearly weaker {named}"
    return f"No group is clearly weaker than all rows; the weakest {named}"
