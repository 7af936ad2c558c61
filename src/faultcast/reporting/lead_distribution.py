"""Figure of the lead times as a distribution: how many failures are known how early."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from faultcast.config.plant import Plant
from faultcast.modeling.evaluation import Evaluation
from faultcast.reporting.picture import Picture, canvas, finish, house_style, legend_below
from faultcast.reporting.style import CHANCE, COMPARED
from faultcast.reporting.wording import hours, percent


@house_style
def lead_distribution(plant: Plant, evaluation: Evaluation) -> Picture:
    """Draw the share of failures that were announced at least so many hours ahead."""
    figure, axes = canvas(height=3.2)
    horizon, lead = (t / timedelta(hours=1) for t in (plant.horizon, plant.alarm.lead_time))
    ahead = np.linspace(0, horizon, 241)
    judged = {"model": evaluation.alarms, "baseline": evaluation.baseline_alarms}
    for name, alarms in judged.items():
        leads = alarms.failures["lead_hours"].fill_null(-1).to_numpy()
        known = [100 * np.mean(leads >= hour) if leads.size else 0.0 for hour in ahead]
        axes[0].plot(ahead, known, color=COMPARED[name], label=name)
    axes[0].axvline(lead, color=CHANCE, ls="--", lw=1.2, label=f"{hours(lead)} are needed")
    axes[0].set(xlim=(horizon, 0), ylim=(-2, 102))
    axes[0].set(xlabel="hours before the failure", ylabel="failures announced by then (%)")
    legend_below(figure)
    description = "Share of failures announced by then, against the hours before the failure."
    return finish(figure, "lead_distribution", _finding(evaluation, horizon), description)


def _finding(evaluation: Evaluation, horizon: float) -> str:
    failures = evaluation.alarms.failures
    if failures.is_empty():
        return "No failure falls into these weeks"
    leads = failures["lead_hours"].fill_null(-1)
    early = float((leads >= horizon / 2).mean() or 0.0)  # type: ignore[arg-type]
    return (
        f"{percent(early)} of the failures are known {hours(horizon / 2)} ahead, "
        f"{percent(evaluation.alarms.announced / failures.height)} when they come"
    )
