"""Figure of the sensors: how readings are distributed, normally and before a failure."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.reporting.approach import until_failure
from faultcast.reporting.picture import Picture, blank, canvas, finish, house_style, legend_below
from faultcast.reporting.style import BEFORE_FAILURE, NORMAL
from faultcast.reporting.wording import number, worded

_BINS = 60
_NOTABLE_SWING = 0.3


@house_style
def distributions(plant: Plant, data: Canonical) -> Picture:
    """Compare normal readings with those in the horizon before a failure."""
    sensors = list(plant.telemetry.sensors)
    hours = plant.horizon / timedelta(hours=1)
    near = (until_failure(data) <= hours).fill_null(value=False)
    shifts = {s: _shift(data.telemetry[s], near) for s in sensors}
    columns = min(len(sensors), 3 if len(sensors) in (5, 6, 9) else 4)
    rows = -(-len(sensors) // columns)
    figure, axes = canvas(rows, columns, height=0.5 + 2.1 * rows)
    for place, name in zip(axes, sensors, strict=False):
        _histograms(place, data.telemetry[name], near)
        place.set_title(worded(name))
        place.set_xlabel(plant.telemetry.sensors[name].unit)
    blank(axes[len(sensors) :])
    for place in axes[::columns]:
        place.set_ylabel("density")
    legend_below(figure)
    top = max(shifts, key=lambda s: abs(shifts[s]))
    finding = (
        f"In the {hours:.0f} h before a failure {worded(top)} reads {_direction(shifts[top])}: "
        f"its mean moves {number(abs(shifts[top]))} standard deviations, the most of all sensors"
    )
    return finish(
        figure,
        "distributions",
        finding,
        "Histograms of each sensor, normal against before a failure.",
    )


def _direction(shift: float) -> str:
    return "higher" if shift > 0 else "lower"


def _shift(readings: pl.Series, near: pl.Series) -> float:
    """Return the difference of the means in standard deviations of normal readings."""
    value, before = pl.col("value"), pl.col("near")
    shift = (value.filter(before).mean() - value.filter(~before).mean()) / value.filter(
        ~before
    ).std()
    return _finite(pl.DataFrame({"value": readings, "near": near}).select(shift).item())


def _finite(value: float | None) -> float:
    return float(value) if value is not None and np.isfinite(value) else 0.0


def _histograms(axes: Axes, readings: pl.Series, near: pl.Series) -> None:
    bins = _bins(readings)
    if not bins:
        axes.text(0.5, 0.5, "no reading changes", ha="center", transform=axes.transAxes)
        return
    parts = ((~near, NORMAL, "normal"), (near, BEFORE_FAILURE, "before a failure"))
    for chosen, colour, label in parts:
        values = readings.filter(chosen).drop_nulls().to_numpy()
        if values.size:
            axes.hist(
                values, bins=bins, density=True, histtype="step", color=colour, label=label, lw=1.5
            )
    axes.set_yticks([])


def _bins(readings: pl.Series) -> list[float]:
    """Return edges between the readings' own steps, so that rounding makes no false peaks."""
    low, high = readings.quantile(0.001), readings.quantile(0.999)
    if low is None or high is None or low == high:
        return []
    values = readings.filter(readings.is_between(low, high)).unique().sort()
    step = float(values.diff().to_frame("step").select(pl.col("step").min()).item())
    width = max(round((high - low) / _BINS / step), 1) * step
    return np.arange(low - step / 2, high + width, width).tolist()
