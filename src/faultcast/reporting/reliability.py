"""Figure of the calibration: what was forecast against what happened."""

from __future__ import annotations

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from faultcast.modeling.target_evaluation import TargetEvaluation
from faultcast.reporting.picture import Picture, canvas, finish, house_style, legend_below
from faultcast.reporting.style import CHANCE, COMPARED
from faultcast.reporting.wording import percent

_SURE = 0.3


@house_style
def reliability(target: TargetEvaluation) -> Picture:
    """Draw the reliability curves of model and baseline, and how many rows stand behind each."""
    figure, axes = canvas(1, 2, height=3.6)
    axes[0].plot((0, 100), (0, 100), color=CHANCE, ls="--", lw=1.2, label="perfectly calibrated")
    for index, (name, colour) in enumerate(COMPARED.items()):
        curve: pl.DataFrame = getattr(target, name).reliability
        forecast, observed = (100 * curve[c].to_numpy() for c in ("forecast", "observed"))
        axes[0].plot(forecast, observed, "o-", ms=4.5, color=colour, label=name)
        low, high = (100 * curve[c].to_numpy() for c in ("low", "high"))
        axes[0].vlines(forecast, low, high, color=colour, lw=1.1, alpha=0.7)
        _counts(axes[1], curve, index, colour)
    axes[0].set(xlim=(-2, 102), ylim=(-2, 102))
    axes[0].set(xlabel="forecast probability (%)", ylabel="rows that failed (%)")
    axes[1].set(xlabel="forecast probability (%)", ylabel="rows (logarithmic)", yscale="log")
    axes[0].set_title("forecast and truth")
    axes[1].set_title("rows behind each point")
    legend_below(figure)
    description = (
        "Reliability curves of model and baseline, with intervals of 95 %, and their rows."
    )
    return finish(figure, "reliability", _finding(target.model.reliability), description)


def _counts(axes: Axes, curve: pl.DataFrame, index: int, colour: str) -> None:
    tenths = np.floor(10 * curve["forecast"].to_numpy()).clip(0, 9)
    axes.bar(10 * tenths + 3 + 4 * index, curve["rows"].to_numpy(), 4, color=colour)


def _finding(curve: pl.DataFrame) -> str:
    sure = curve.filter(pl.col("forecast") >= _SURE)
    if sure.is_empty():
        return f"No forecast is above {percent(_SURE)}: the model never sees a failure as likely"
    rows = pl.col("rows")
    forecast, observed = sure.select(
        (pl.col("forecast") * rows).sum() / rows.sum(),
        (pl.col("observed") * rows).sum() / rows.sum(),
    ).row(0)
    return (
        f"Of the rows with a forecast above {percent(_SURE)}, {percent(forecast)} should fail "
        f"and {percent(observed)} did"
    )
