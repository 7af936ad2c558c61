"""What a forecast from raw logs must know of them: column names, time zone, pace, machines."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from faultcast.config.duration import Duration
from faultcast.config.frozen import Frozen
from faultcast.config.plant import Plant


class Table(StrEnum):
    """The logs of a plant that a forecast reads."""

    READINGS = "readings"
    ERRORS = "errors"
    MAINTENANCE = "maintenance"
    FAILURES = "failures"
    MACHINES = "machines"


class Machine(Frozen):
    """A machine as the plant describes it."""

    model: str | None
    installed: datetime | None


class Logs(Frozen):
    """How a plant's own logs are written.

    `columns` gives, by table, the canonical name of each of the plant's own columns; `machines` are
    those that the plant had when the model was trained.
    """

    time_zone: str
    interval: Duration
    stride: Duration
    columns: dict[Table, dict[str, str]]
    machines: dict[str, Machine]

    @classmethod
    def from_plant(cls, plant: Plant, machines: dict[str, Machine]) -> Logs:
        """Take from a plant's configuration how its logs are written."""
        return cls(
            time_zone=plant.time_zone,
            interval=plant.telemetry.interval,
            stride=plant.features.stride,
            columns=_columns(plant),
            machines=machines,
        )


def _columns(plant: Plant) -> dict[Table, dict[str, str]]:
    telemetry = plant.telemetry
    sensors = {sensor.column or name: name for name, sensor in telemetry.sensors.items()}
    columns = {
        Table.READINGS: {telemetry.machine: "machine", telemetry.time: "time", **sensors},
        Table.FAILURES: _of_events(plant.failures.machine, plant.failures.time)
        | {plant.failures.component: "code"},
    }
    if plant.errors:
        of_errors = _of_events(plant.errors.machine, plant.errors.time)
        columns[Table.ERRORS] = of_errors | {plant.errors.code: "code"}
    if plant.maintenance:
        of_maintenance = _of_events(plant.maintenance.machine, plant.maintenance.time)
        columns[Table.MAINTENANCE] = of_maintenance | {plant.maintenance.component: "code"}
    if plant.machines:
        model = {plant.machines.model: "model"} if plant.machines.model else {}
        columns[Table.MACHINES] = {plant.machines.machine: "machine", **model}
    return columns


def _of_events(machine: str, time: str) -> dict[str, str]:
    return {machine: "machine", time: "time"}
