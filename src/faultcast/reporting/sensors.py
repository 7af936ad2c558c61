"""Figures of the sensors: how readings are distributed and how they swing with day and year."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.reporting.approach import until_failure
from faultcast.reporting.clock import local
from faultcast.reporting.picture import Picture, blank, canvas, finish, house_style
from faultcast.reporting.style import BEFORE_FAILURE, BLUE, NORMAL, SKY, date_axis
from faultcast.reporting.wording import listing, number, sentence, worded

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
    axes[0].legend(loc="upper left", fontsize=7.5)
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
    low, high = readings.quantile(0.001), readings.quantile(0.999)
    if low is None or high is None or low == high:
        axes.text(0.5, 0.5, "no reading changes", ha="center", transform=axes.transAxes)
        return
    bins = np.linspace(low, high, _BINS).tolist()
    parts = ((~near, NORMAL, "normal"), (near, BEFORE_FAILURE, "before a failure"))
    for chosen, colour, label in parts:
        values = readings.filter(chosen).drop_nulls().to_numpy()
        if values.size:
            axes.hist(
                values, bins=bins, density=True, histtype="step", color=colour, label=label, lw=1.5
            )
    axes.set_yticks([])


@house_style
def seasons(plant: Plant, data: Canonical) -> Picture:
    """Show each sensor over the hours of a day and over the whole record."""
    sensors = list(plant.telemetry.sensors)
    daily = _by_hour(plant, data)
    course = _by_date(plant, data)
    swings = {s: _swing(daily[s], data.telemetry[s]) for s in sensors}
    figure, axes = canvas(
        len(sensors), 2, height=0.7 + 1.35 * len(sensors), sharex="col", width_ratios=(1, 2.2)
    )
    for index, name in enumerate(sensors):
        left, right = axes[2 * index : 2 * index + 2]
        left.plot(daily["hour"].to_numpy(), daily[name].to_numpy(), color=BLUE)
        left.set_ylabel(f"{worded(name)}\n({plant.telemetry.sensors[name].unit})")
        days = course["time"].to_numpy()
        right.fill_between(
            days, course[f"{name}_low"], course[f"{name}_high"], color=SKY, alpha=0.35, lw=0
        )
        right.plot(days, course[name].to_numpy(), color=BLUE)
    axes[0].set_title("mean over the day")
    axes[1].set_title("median of each day, with the middle 80 % of readings")
    axes[-2].set(xlabel=f"hour of the day ({plant.time_zone})", xticks=range(0, 25, 6))
    axes[-1].set_xlabel("date")
    date_axis(axes[-1])
    return finish(
        figure, "seasons", _season_finding(swings), "Daily and long-term course of each sensor."
    )


def _season_finding(swings: dict[str, float]) -> str:
    notable = sorted((s for s in swings if swings[s] >= _NOTABLE_SWING), key=lambda s: -swings[s])
    if not notable:
        return "No sensor follows the time of day: forecasts need no daily season"
    top = (
        f"{worded(notable[0])} swings {number(swings[notable[0]])} standard deviations over the day"
    )
    others = [worded(s) for s in notable[1:]]
    return sentence(top + (f"; {listing(others)} follow the clock too" if others else ""))


def _swing(profile: pl.Series, readings: pl.Series) -> float:
    """Return the height of a profile in standard deviations of the readings."""
    height = (
        profile.to_frame("height").select(pl.col("height").max() - pl.col("height").min()).item()
    )
    spread = readings.to_frame("spread").select(pl.col("spread").std()).item()
    return _finite(height / spread) if height is not None and spread else 0.0


def _by_hour(plant: Plant, data: Canonical) -> pl.DataFrame:
    sensors = list(plant.telemetry.sensors)
    hour = local(plant).dt.hour().alias("hour")
    return data.telemetry.group_by(hour).agg(pl.col(sensors).mean()).sort("hour")


def _by_date(plant: Plant, data: Canonical) -> pl.DataFrame:
    sensors = list(plant.telemetry.sensors)
    spread = pl.col(sensors)
    days = data.telemetry.group_by(local(plant).dt.truncate("1d"))
    summary = days.agg(
        pl.len(),
        spread.median(),
        spread.quantile(0.1).name.suffix("_low"),
        spread.quantile(0.9).name.suffix("_high"),
    )
    return summary.filter(pl.col("len") > pl.col("len").max() / 2).sort("time")
