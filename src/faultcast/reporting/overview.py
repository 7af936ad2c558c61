"""What a plant's data are: the first thing that a report says."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.reporting.clock import written
from faultcast.reporting.tables import Card, Headline, Table
from faultcast.reporting.wording import count, number, percent, span, worded

MONTH = timedelta(days=30.4375)


def observed(data: Canonical) -> tuple[datetime, datetime]:
    """Return the first and last time of the telemetry."""
    start, end = data.telemetry.select(pl.col("time").min(), pl.col("time").max().alias("end")).row(
        0
    )
    return start, end


def machine_months(data: Canonical) -> float:
    """Return how long the machines were watched, in machine-months of 30.4375 days."""
    watched = data.telemetry.group_by("machine").agg(pl.col("time").max() - pl.col("time").min())
    total: timedelta = watched.select(pl.col("time").sum()).item()
    return total / MONTH


def summary(plant: Plant, data: Canonical) -> str:
    """Say in two sentences what was recorded where and when."""
    start, end = observed(data)
    return (
        f"**{plant.title}**: {count(data.machines.height, 'machine')}, "
        f"{count(len(plant.telemetry.sensors), 'sensor')} each, read every "
        f"{plant.telemetry.interval / timedelta(minutes=1):.0f} minutes from "
        f"{written(plant, start)} to {written(plant, end)} ({span(end - start)}). "
        f"All times are in the time zone {plant.time_zone}."
    )


def headline(data: Canonical) -> Headline:
    """Count what there is to learn from."""
    failures, errors = data.failures.height, data.of_kind("error").height
    return Headline(
        (
            Card(f"{data.telemetry.height:,}", "rows of telemetry"),
            Card(f"{data.machines.height:,}", "machines"),
            Card(f"{failures:,}", "failures", warn=True),
            Card(number(failures / machine_months(data)), "failures per machine-month"),
            Card(f"{errors:,}", "error messages"),
            Card(f"{data.of_kind('maintenance').height:,}", "replacements"),
        )
    )


def sensor_table(plant: Plant, data: Canonical) -> Table:
    """Describe each sensor: what it measures, its usual range and how often it is silent."""
    rows = [_described(plant, data.telemetry[name], name) for name in plant.telemetry.sensors]
    frame = pl.DataFrame(rows)
    return Table(frame, "Readings per sensor; the usual range holds 98 of 100 readings")


def _described(plant: Plant, readings: pl.Series, name: str) -> dict[str, str]:
    sensor = plant.telemetry.sensors[name]
    low, middle, high = (readings.quantile(q, "nearest") for q in (0.01, 0.5, 0.99))
    usual = "–" if low is None or high is None else f"{number(low)} to {number(high)}"
    return {
        "Sensor": worded(name),
        "Measures": sensor.meaning,
        "Unit": sensor.unit,
        "Median": "–" if middle is None else number(middle),
        "Usual range": usual,
        "Possible range": f"{number(sensor.min)} to {number(sensor.max)}",
        "Missing": percent(readings.null_count() / len(readings)),
    }
