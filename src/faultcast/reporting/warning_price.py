"""Figure of the price of a warning: failures announced in time against false alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from faultcast.config.plant import Plant
from faultcast.modeling.alarms import AlarmLog
from faultcast.reporting.picture import Picture, canvas, finish, house_style, legend_below
from faultcast.reporting.style import CHANCE, COMPARED
from faultcast.reporting.wording import number, percent

_POINTS = 60
_BUDGETS_SHOWN = 4


@dataclass(frozen=True)
class Alarmist:
    """Forecasts beside failures, and the threshold from which an alarm stands."""

    log: AlarmLog
    threshold: float

    def at(self, threshold: float) -> dict[str, float]:
        """Return false alarms per machine-month and the share of failures announced in time."""
        told = self.log.announcements(threshold)
        share = told["in_time"].mean() if told.height else 0.0
        false = self.log.count_false(threshold) / self.log.machine_months
        return {"threshold": threshold, "false_alarms": false, "in_time": float(share or 0)}  # type: ignore[arg-type]


def price_curve(alarmist: Alarmist, most: float) -> pl.DataFrame:
    """Return threshold, false_alarms and in_time from the highest threshold to `most` alarms."""
    ordered = np.unique(alarmist.log.probabilities)[::-1]
    ranks = np.unique(np.geomspace(1, ordered.size, _POINTS).astype(int) - 1)
    points = []
    for threshold in ordered[ranks]:
        points.append(alarmist.at(float(threshold)))
        if points[-1]["false_alarms"] > most:
            break
    return pl.DataFrame(points)


@house_style
def warning_price(plant: Plant, alarmists: Mapping[str, Alarmist]) -> Picture:
    """Draw what a failure announced in time costs in false alarms; a dot marks the threshold."""
    budget = plant.alarm.max_false_alarms
    figure, axes = canvas(height=3.6)
    for name, alarmist in alarmists.items():
        curve, chosen = (
            price_curve(alarmist, _BUDGETS_SHOWN * budget),
            alarmist.at(alarmist.threshold),
        )
        colour = COMPARED[name]
        steps = curve["false_alarms"].to_numpy(), 100 * curve["in_time"].to_numpy()
        axes[0].plot(*steps, color=colour, label=name)
        axes[0].plot(
            chosen["false_alarms"], 100 * chosen["in_time"], "o", ms=9, color=colour, mec="white"
        )
    axes[0].axvline(budget, color=CHANCE, ls="--", lw=1.2, label="accepted false alarms")
    axes[0].set(xlim=(-0.02 * budget, _BUDGETS_SHOWN * budget), ylim=(-2, 102))
    axes[0].set_xlabel("false alarms per machine-month")
    axes[0].set_ylabel("failures announced in time (%)")
    legend_below(figure)
    return finish(
        figure, "warning_price", _finding(alarmists["model"]), "Curves of the alarm threshold."
    )


def _finding(model: Alarmist) -> str:
    chosen = model.at(model.threshold)
    return (
        f"Alarms from a probability of {percent(model.threshold)} announce "
        f"{percent(chosen['in_time'])} of the failures in time, at "
        f"{number(chosen['false_alarms'])} false alarms per machine-month"
    )
