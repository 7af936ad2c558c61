"""What is known of one machine: forecasts over time, readings, events, feedback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from faultcast.serving.board.risk import MachineAtRisk, utc_now
from faultcast.serving.served import Served
from faultcast.serving.store.database import Database
from faultcast.serving.store.questions import (
    Found,
    events_of,
    feedback_of,
    forecasts_of,
    readings_of,
)

_MOST_FORECASTS = 500
_SHOWN_EVENTS = 12


@dataclass(frozen=True)
class SensorChart:
    """A sensor's recent readings."""

    name: str
    title: str
    unit: str
    meaning: str
    values: list[float | None]

    @property
    def summary(self) -> str:
        """Say in words what the chart shows."""
        told = [value for value in self.values if value is not None]
        if not told:
            return "no reading"
        return f"now {told[-1]:.4g}, between {min(told):.4g} and {max(told):.4g}"


@dataclass(frozen=True)
class MachinePage:
    """A machine's newest forecast and what led to it."""

    newest: MachineAtRisk
    forecasts: Found
    times: list[datetime]
    charts: list[SensorChart]
    events: Found
    feedback: Found

    def events_of(self, kind: str) -> list[Any]:
        """Return the newest events of one kind."""
        return [event for event in self.events if event["kind"] == kind][:_SHOWN_EVENTS]

    @property
    def drawn(self) -> dict[str, object]:
        """What the script draws: seconds since 1970, and values."""
        course = self.newest.course
        return {
            "zone": self.newest.zone.key,
            "threshold": self.newest.threshold,
            "forecasts": {
                "times": [time.timestamp() for time, _ in course],
                "values": [value for _, value in course],
            },
            "readings": [time.timestamp() for time in self.times],
            "sensors": {chart.name: chart.values for chart in self.charts},
            "events": [
                {"time": event["time"].timestamp(), "kind": event["kind"], "code": event["code"]}
                for event in self.events
                if event["kind"] != "error"
            ],
        }


def machine_page(
    served: Served, database: Database, plant: str, machine: str
) -> MachinePage | None:
    """Return what is known of a machine; None where it has never been forecast.

    Raises:
        SQLAlchemyError: the store is down.
    """
    forecasts = forecasts_of(database, plant, machine, _MOST_FORECASTS)
    if not forecasts:
        return None
    model = served.plants.get(plant)
    course = [(row["time"], row["probability"] or 0.0) for row in reversed(forecasts)]
    newest = MachineAtRisk(forecasts[0], model.manifest if model else None, utc_now(), course)
    readings = readings_of(database, plant, machine)
    return MachinePage(
        newest,
        forecasts,
        [row["time"] for row in readings],
        _charts(newest, readings),
        events_of(database, plant, machine),
        feedback_of(database, plant, machine),
    )


def _charts(newest: MachineAtRisk, readings: Found) -> list[SensorChart]:
    """Return a chart a sensor, first those that move the forecast most."""
    known = newest.manifest.features.sensors if newest.manifest else {}
    names = {name for row in readings for name in row["sensors"]}
    weight = {source: abs(added) for source, added in newest.stored["contributions"]}
    charts = []
    for name in sorted(names, key=lambda name: (-weight.get(name, 0), name)):
        sensor = known.get(name)
        charts.append(
            SensorChart(
                name,
                name.replace("_", " "),
                sensor.unit if sensor else "",
                sensor.meaning if sensor else "",
                [row["sensors"].get(name) for row in readings],
            )
        )
    return charts
