"""Figure of the price of a warning: failures announced in time against false alarms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from faultcast.config.plant import Plant
from faultcast.modeling.alarms import AlarmLog, AlarmTerms
from faultcast.reporting.picture import Picture, canvas, finish, house_style, legend_below
from faultcast.reporting.style import CHANCE, COMPARED
from faultcast.reporting.wording import number, percent
from faultcast.scoring.forecaster import Forecaster

_POINTS = 60
_BUDGETS_SHOWN = 2


@house_style
def warning_price(
    plant: Plant,
    forecasters: Mapping[str, Forecaster],
    rows: pl.DataFrame,
    failures: pl.DataFrame,
) -> Picture:
    """Draw what a failure announced in time costs in false alarms; a dot marks the threshold.

    Args:
        plant: the plant.
        forecasters: the `model` and the `baseline`.
        rows: machine, time and the features.
        failures: machine, time and component.
    """
    budget, terms = plant.alarm.max_false_alarms, AlarmTerms.of(plant)
    chosen: dict[str, dict[str, float]] = {}
    figure, axes = canvas(height=3.4)
    for name, forecaster in forecasters.items():
        log = AlarmLog(forecaster.forecast(rows), failures, terms)
        curve = price_curve(log, _BUDGETS_SHOWN * budget)
        steps = curve["false_alarms"].to_numpy(), 100 * curve["in_time"].to_numpy()
        axes[0].plot(*steps, color=COMPARED[name], label=name)
        chosen[name] = price(log, forecaster.threshold)
        dot = chosen[name]["false_alarms"], 100 * chosen[name]["in_time"]
        axes[0].plot(*dot, "o", ms=9, color=COMPARED[name], mec="white")
    axes[0].axvline(budget, color=CHANCE, ls="--", lw=1.2, label="accepted false alarms")
    axes[0].set(xlim=(-0.02 * budget, _BUDGETS_SHOWN * budget), ylim=(-2, 102))
    axes[0].set(xlabel="false alarms per machine-month", ylabel="failures announced in time (%)")
    legend_below(figure)
    description = "Failures announced against false alarms, over all thresholds."
    return finish(figure, "warning_price", _finding(chosen["model"]), description)


def price_curve(log: AlarmLog, most: float) -> pl.DataFrame:
    """Return threshold, false_alarms and in_time from the highest threshold to `most` alarms."""
    ordered = np.unique(log.probabilities)[::-1]
    ranks = np.unique(np.geomspace(1, ordered.size, _POINTS).astype(int) - 1)
    points = []
    for threshold in ordered[ranks]:
        points.append(price(log, float(threshold)))
        if points[-1]["false_alarms"] > most:
            break
    return pl.DataFrame(points)


def price(log: AlarmLog, threshold: float) -> dict[str, float]:
    """Return false alarms per machine-month and the share of failures announced in time."""
    told = log.announcements(threshold)
    return {
        "threshold": threshold,
        "false_alarms": log.count_false(threshold) / log.machine_months,
        "in_time": float(told["in_time"].sum()) / max(told.height, 1),
    }


def _finding(chosen: Mapping[str, float]) -> str:
    return (
        f"Alarms from a probability of {percent(chosen['threshold'])} announce "
        f"{percent(chosen['in_time'])} of the failures in time, at "
        f"{number(chosen['false_alarms'])} false alarms per machine-month"
    )
