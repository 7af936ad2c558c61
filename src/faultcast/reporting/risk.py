"""The machines at highest risk at the end of the data, with their sensors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.reporting.clock import local, wall_clock, written
from faultcast.reporting.panels import SENSORS_SHOWN, forecast_panel, sensor_panel, unusual_sensors
from faultcast.reporting.picture import Picture, canvas, finish, house_style, legend_below
from faultcast.reporting.style import day_axis, place_of
from faultcast.reporting.tables import Table
from faultcast.reporting.wording import count, listing, percent, worded
from faultcast.scoring.forecaster import Forecaster

_HORIZONS_SHOWN = 5
_LISTED = 10


def risk_table(plant: Plant, at_risk: pl.DataFrame) -> Table:
    """List the machines at highest risk and what is most likely to fail.

    Args:
        plant: the plant.
        at_risk: the newest forecast of each machine, from `machines_at_risk`.
    """
    names = [f"probability_{component}" for component in plant.components]
    frame = at_risk.head(_LISTED).select(
        pl.col("machine").alias("Machine"),
        pl.col("probability_machine").cast(pl.Float64).alias("Probability of a failure"),
        pl.col("likely_component").str.replace_all("_", " ", literal=True).alias("Most likely"),
        pl.max_horizontal(names).cast(pl.Float64).alias("Its probability"),
        pl.when("alarm").then(pl.lit("alarm")).otherwise(pl.lit("")).alias("State"),
        local(plant).dt.strftime("%Y-%m-%d %H:%M").alias("Forecast at"),
    )
    alarms = at_risk.filter("alarm")["machine"].to_list()
    verb = "stands" if len(alarms) == 1 else "stand"
    end = written(plant, at_risk.select(pl.col("time").max()).item())
    caption = f"{count(len(alarms), 'alarm')} {verb} at the end of the data, {end}"
    shares = dict.fromkeys(("Probability of a failure", "Its probability"), percent)
    return Table(frame, caption, shares, {"Probability of a failure": 1.0}, alarms)


@house_style
def watch_list(
    plant: Plant,
    forecaster: Forecaster,
    machines: Sequence[str],
    table: pl.DataFrame,
    data: Canonical,
) -> Picture:
    """Draw the last horizons of machines: the forecast and the three most unusual sensors.

    Args:
        plant: the plant.
        forecaster: its model.
        machines: those to draw.
        table: the feature table up to the end of the data.
        data: the records.
    """
    end = table.select(pl.col("time").max()).item()
    start = end - _HORIZONS_SHOWN * plant.horizon
    recent = table.filter(pl.col("time") > start, pl.col("machine").is_in(machines))
    columns = 1 + min(SENSORS_SHOWN, len(plant.telemetry.sensors))
    height = 0.9 + 1.75 * len(machines)
    figure, axes = canvas(len(machines), columns, height=height, sharex=True)
    forecasts = forecaster.forecast(recent)
    for row, machine in enumerate(machines):
        first, *others = axes[row * columns : (row + 1) * columns]
        forecast_panel(plant, first, forecasts.filter(machine=machine), forecaster.threshold)
        first.set_title(f"machine {machine}", weight="bold")
        own = data.telemetry.filter(machine=machine)
        sensors = unusual_sensors(plant, table.filter(machine=machine), end)
        for place, sensor in zip(others, sensors, strict=True):
            sensor_panel(plant, place, own.select("time", sensor), start, end)
    for place in axes[-columns:]:
        place.set_xlim(*(place_of(wall_clock(plant, moment)) for moment in (start, end)))
        day_axis(place, (end - start) / timedelta(days=1))
        place.set_xlabel("day")
    legend_below(figure)
    newest = forecasts.group_by("machine", maintain_order=True).last()
    description = "Forecast and most unusual sensors, a row a machine."
    return finish(figure, "watch_list", _finding(plant, newest, forecaster.threshold), description)


def _finding(plant: Plant, newest: pl.DataFrame, threshold: float) -> str:
    ranked = newest.sort("probability_machine", "machine", descending=[True, False])
    alarms = ranked.filter(pl.col("probability_machine") >= threshold)
    named = alarms if alarms.height else ranked.head(1)
    parts = []
    for row in named.iter_rows(named=True):
        likely = max(plant.components, key=lambda component: row[f"probability_{component}"])
        parts.append(f"{row['machine']} ({percent(row['probability_machine'])}, {worded(likely)})")
    start = "To be looked at first:" if alarms.height else "No alarm stands; the highest risk has"
    return f"{start} machine {listing(parts)}"
