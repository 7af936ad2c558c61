"""Figure of one failure as the feature table sees it: readings, their mean, the label."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.features.spec import FeatureSpec, window_name
from faultcast.reporting.clock import local, wall_clock, with_gaps
from faultcast.reporting.picture import Picture, canvas, finish, house_style, legend_below
from faultcast.reporting.style import ALARM, BLUE, NORMAL, date_axis, place_of
from faultcast.reporting.wording import hours, sentence, worded

_HORIZONS_SHOWN = 5


@dataclass(frozen=True)
class Example:
    """A failure and the sensor that moved most before it."""

    machine: str
    component: str
    failed: datetime
    sensor: str


def clearest_failure(plant: Plant, table: pl.DataFrame, data: Canonical) -> Example:
    """Return the failure before which a sensor's mean moved most from its machine's normal."""
    mean = {s: pl.col(_mean(plant, s)) for s in plant.telemetry.sensors}
    scores = [((m - m.mean()) / m.std()).over("machine").alias(s) for s, m in mean.items()]
    before = data.failures.sort("machine", "time").join_asof(
        table.select("machine", "time", *scores),
        on="time",
        by="machine",
        tolerance=plant.horizon,
        allow_exact_matches=False,
        check_sortedness=False,
    )
    keys = ["machine", "component", "time"]
    shifts = before.unpivot(list(mean), index=keys, variable_name="sensor").with_columns(
        pl.col("value").abs().fill_nan(None).fill_null(0)
    )
    ranked = shifts.sort("value", *keys, "sensor", descending=[True, *[False] * 4])
    return Example(*ranked.select(*keys, "sensor").row(0))


@house_style
def example(plant: Plant, table: pl.DataFrame, data: Canonical) -> Picture:
    """Draw one failure: the readings, a feature made from them, the rows with a true label."""
    chosen = clearest_failure(plant, table, data)
    start, end = chosen.failed - _HORIZONS_SHOWN * plant.horizon, chosen.failed + plant.horizon
    near = pl.col("time").is_between(start, end) & (pl.col("machine") == chosen.machine)
    feature = _mean(plant, chosen.sensor)
    usual = {chosen.sensor: plant.telemetry.interval, feature: plant.features.stride}
    readings, rows = (
        frame.filter(near).select(local(plant), with_gaps(column, usual[column]))
        for frame, column in ((data.telemetry, chosen.sensor), (table, feature))
    )
    figure, axes = canvas(height=3.4)
    place = axes[0]
    place.plot(
        readings["time"].to_numpy(),
        readings[chosen.sensor].to_numpy(),
        color=NORMAL,
        lw=0.8,
        label="readings",
    )
    place.plot(
        rows["time"].to_numpy(), rows[feature].to_numpy(), color=BLUE, label=f"feature {feature}"
    )
    failed, first = (
        place_of(wall_clock(plant, t)) for t in (chosen.failed, chosen.failed - plant.horizon)
    )
    place.axvspan(first, failed, color=ALARM, alpha=0.15, lw=0, label="label is true")
    place.axvline(failed, color=ALARM, label=f"{worded(chosen.component)} fails")
    place.set(ylabel=f"{worded(chosen.sensor)} ({plant.telemetry.sensors[chosen.sensor].unit})")
    place.set_xlabel(f"time ({plant.time_zone})")
    date_axis(place)
    legend_below(figure)
    return finish(figure, "example", _finding(plant, chosen), "One machine around one failure.")


def _mean(plant: Plant, sensor: str) -> str:
    return window_name(sensor, "mean", FeatureSpec.from_plant(plant).windows[-1])


def _finding(plant: Plant, chosen: Example) -> str:
    return sentence(
        f"{worded(chosen.sensor)} of machine {chosen.machine} before its "
        f"{worded(chosen.component)} failed: every row in the shaded "
        f"{hours(plant.horizon / timedelta(hours=1))} has a true label"
    )
