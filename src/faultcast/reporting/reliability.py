"""Figure of the calibration: what was forecast against what happened."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl
from matplotlib.axes import Axes

from faultcast.reporting.picture import Picture, canvas, finish, house_style, legend_below
from faultcast.reporting.style import CHANCE, COMPARED
from faultcast.reporting.wording import percent

_BINS = 10
_SURE = 0.25


def reliability_curve(
    probabilities: npt.NDArray[np.floating], failing: npt.NDArray[np.bool_]
) -> pl.DataFrame:
    """Group rows by their forecast and compare it with what happened.

    The groups expect the same number of failing rows each: most rows have a forecast near 0, and
    groups of equal size would say nothing about those that matter.

    Returns:
        forecast (mean), observed (share), rows; sorted by forecast.
    """
    order = np.argsort(probabilities, kind="stable")
    expected = np.cumsum(probabilities[order], dtype=np.float64)
    group = np.minimum(np.floor(_BINS * expected / (expected[-1] or 1.0)), _BINS - 1)
    frame = pl.DataFrame({"group": group, "p": probabilities[order], "failing": failing[order]})
    groups = frame.group_by("group").agg(
        pl.col("p").cast(pl.Float64).mean().alias("forecast"),
        pl.col("failing").cast(pl.Float64).mean().alias("observed"),
        pl.len().cast(pl.Int64).alias("rows"),
    )
    return groups.sort("group").drop("group")


@house_style
def reliability(curves: Mapping[str, pl.DataFrame]) -> Picture:
    """Draw reliability curves by name; the first is the one that the title speaks of."""
    figure, axes = canvas(1, 2, height=3.6, width_ratios=(1, 1))
    for place, limit in zip(axes, (1.0, _zoom(curves)), strict=True):
        _panel(place, curves, limit)
    axes[0].set_title("all forecasts")
    axes[1].set_title("low forecasts, enlarged")
    legend_below(figure)
    return finish(
        figure, "reliability", _finding(next(iter(curves.values()))), "Calibration curves."
    )


def _panel(axes: Axes, curves: Mapping[str, pl.DataFrame], limit: float) -> None:
    ends = (0, 100 * limit)
    axes.plot(ends, ends, color=CHANCE, ls="--", lw=1.2, label="perfectly calibrated")
    for name, curve in curves.items():
        x, y = (100 * curve[column].to_numpy() for column in ("forecast", "observed"))
        axes.plot(x, y, "o-", ms=4.5, color=COMPARED[name], label=name)
    axes.set(xlim=ends, ylim=ends)
    axes.set(xlabel="forecast probability (%)", ylabel="rows that failed (%)")


def _zoom(curves: Mapping[str, pl.DataFrame]) -> float:
    """Choose how far the enlarged panel reaches: to the middle of the first curve."""
    first = next(iter(curves.values()))
    middle = first.select(pl.max_horizontal("forecast", "observed").median()).item()
    return min(max(1.3 * float(middle or 0), 0.02), 1.0)


def _finding(curve: pl.DataFrame) -> str:
    sure = curve.filter(pl.col("forecast") >= _SURE)
    if sure.is_empty():
        return "No forecast is high: the model never sees a failure as likely"
    weights = sure["rows"].to_numpy()
    forecast, observed = (
        float(np.average(sure[column].to_numpy(), weights=weights))
        for column in ("forecast", "observed")
    )
    return (
        f"Of the rows with a forecast above {percent(_SURE)}, {percent(forecast)} should fail "
        f"and {percent(observed)} did"
    )
