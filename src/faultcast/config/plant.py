"""The configuration of a plant: `configs/plants/<plant>.yaml`."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, model_validator

from faultcast.config.duration import Duration, horizon_name
from faultcast.config.frozen import Frozen
from faultcast.config.gate import PlantGate
from faultcast.config.model import Model

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=64)]
Column = Annotated[str, Field(min_length=1)]
MachineColumn = Annotated[Column, Field(description="column that names the machine")]
TimeColumn = Annotated[Column, Field(description="column of the time stamps")]
Share = Annotated[float, Field(gt=0, lt=0.5)]

_RESERVED = {"machine", "time", "model", "reading"}


def _stays_below(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(
            f"{value!r} leaves data/raw/<plant>/: put the files there, name them from that folder"
        )
    return value


RawPath = Annotated[
    str,
    AfterValidator(_stays_below),
    Field(description="file or folder of files below data/raw/<plant>/, CSV or Parquet"),
]


class Repair(StrEnum):
    """The named rules by which `ingest` may mend what is merely ugly.

    A rule that a plant does not allow turns its finding into a violation of the contract.
    """

    SORT = "sort"
    DROP_DUPLICATES = "drop_duplicates"
    KEEP_LAST = "keep_last"
    NON_FINITE_TO_MISSING = "non_finite_to_missing"
    OUT_OF_RANGE_TO_MISSING = "out_of_range_to_missing"
    DROP_UNKNOWN_MACHINES = "drop_unknown_machines"
    DROP_LATE_EVENTS = "drop_late_events"


class Sensor(Frozen):
    """A column of readings: its unit and the range that a working sensor can report."""

    column: Column | None = Field(default=None, description="the files' column, if named otherwise")
    unit: str = Field(description="unit of the readings, for example V, bar or mm/s")
    min: float = Field(allow_inf_nan=False, description="lowest possible reading")
    max: float = Field(allow_inf_nan=False, description="highest possible reading")
    meaning: str = Field(default="", description="what is measured, for reports and the API's page")

    @model_validator(mode="after")
    def _range_is_not_empty(self) -> Self:
        if self.min >= self.max:
            raise ValueError(f"min {self.min} is not below max {self.max}")
        return self


class Telemetry(Frozen):
    """Where the readings are: one row a machine and time, one column a sensor."""

    path: RawPath
    machine: MachineColumn
    time: TimeColumn
    interval: Duration = Field(description="usual time between two readings of a machine")
    sensors: dict[Name, Sensor] = Field(min_length=1, description="the sensors by name")


class Errors(Frozen):
    """Where the non-fatal error messages are: one row a machine, time and code."""

    path: RawPath
    machine: MachineColumn
    time: TimeColumn
    code: Column = Field(description="column of the error codes")
    codes: tuple[Name, ...] = Field(min_length=1, description="the codes that become features")


class ComponentEvents(Frozen):
    """Where failures or replacements are: one row a machine, time and component."""

    path: RawPath
    machine: MachineColumn
    time: TimeColumn
    component: Column = Field(description="column that names the component")


class Machines(Frozen):
    """Where the machines are described: one row a machine."""

    path: RawPath
    machine: MachineColumn
    model: Column | None = Field(default=None, description="column that names the machine's model")
    models: tuple[Name, ...] = Field(default=(), description="the models that become features")
    age: Column | None = Field(
        default=None, description="column of the age in years when the telemetry starts"
    )


class Features(Frozen):
    """How readings become features."""

    stride: Duration = Field(description="time between two forecasts of a machine")
    windows: tuple[Duration, ...] = Field(
        min_length=1, description="lengths of the rolling windows"
    )
    lags: tuple[Duration, ...] = Field(
        default=(), description="how long ago earlier readings are taken"
    )


class Split(Frozen):
    """Shares of the time span, latest last: what is neither validation nor test is for training."""

    validation: Share = Field(default=0.2, description="for calibration and the alarm threshold")
    test: Share = Field(default=0.2, description="for the evaluation, and nothing else")
    training: float = Field(
        default=1,
        gt=0,
        le=1,
        description="share of the training part that is kept, the latest: old times may mislead",
    )


class Alarm(Frozen):
    """When a forecast is worth a planner's visit."""

    lead_time: Duration = Field(description="how long before a failure the alarm must stand")
    max_false_alarms: float = Field(
        default=1.0, gt=0, description="false alarms per machine-month that planners accept"
    )


class Prices(Frozen):
    """What failures and visits cost beside each other; all that is spent on a failure counts."""

    unplanned_failure: float = Field(
        gt=0, allow_inf_nan=False, description="a failure that no alarm announced in time"
    )
    planned_repair: float = Field(
        ge=0, allow_inf_nan=False, description="the repair of one that was announced in time"
    )
    visit_in_vain: float = Field(
        ge=0, allow_inf_nan=False, description="a visit to a machine that did not fail"
    )

    @model_validator(mode="after")
    def _planning_pays(self) -> Self:
        if self.planned_repair >= self.unplanned_failure:
            raise ValueError(
                f"planned_repair {self.planned_repair} is not below unplanned_failure "
                f"{self.unplanned_failure}: then no forecast pays"
            )
        return self


class Costs(Prices):
    """What failures and visits cost, in one currency."""

    currency: str = Field(pattern=r"^[A-Z]{3}$", description="code of ISO 4217, for example EUR")


def _known_time_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(
            f"{value!r} is not a time zone of the IANA database, for example Europe/Berlin or UTC"
        )
    return value


class Plant(Frozen):
    """A plant: where its files are, what their columns mean, what is forecast and how."""

    name: Name
    title: str = Field(description="the plant's name for people")
    time_zone: Annotated[str, AfterValidator(_known_time_zone)] = Field(
        description="time zone of times without an offset"
    )
    time_format: str | None = Field(
        default=None,
        description="format of times not in ISO 8601, such as %d/%m/%Y %H:%M, or %s (Unix seconds)",
    )
    telemetry: Telemetry
    failures: ComponentEvents
    errors: Errors | None = None
    maintenance: ComponentEvents | None = None
    machines: Machines | None = None
    components: tuple[Name, ...] = Field(min_length=1, description="the components that fail")
    repairs: tuple[Repair, ...] = Field(default=(), description="the repairs that ingest may make")
    horizon: Duration = Field(description="a forecast covers failures in (t, t + horizon]")
    horizons: tuple[Duration, ...] = Field(
        default=(), description="further horizons to forecast, shorter or longer than the main one"
    )
    features: Features
    split: Split = Split()
    alarm: Alarm
    costs: Costs | None = Field(
        default=None, description="what the threshold minimises; without it, failures missed"
    )
    model: Model = Model()
    gate: PlantGate = PlantGate()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.time_zone)

    @property
    def longest_horizon(self) -> timedelta:
        """How far ahead the labels look."""
        return max([self.horizon, *self.horizons])

    @model_validator(mode="after")
    def _horizons_differ(self) -> Self:
        if len({self.horizon, *self.horizons}) <= len(self.horizons):
            raise ValueError("horizons: one stands twice, or is the main horizon again")
        if min([self.horizon, *self.horizons]) < self.features.stride:
            raise ValueError("features.stride is longer than horizon: forecasts miss failures")
        return self

    @model_validator(mode="after")
    def _alarms_can_stand(self) -> Self:
        if self.alarm.lead_time > self.horizon:
            raise ValueError(
                "alarm.lead_time is longer than horizon: no alarm can stand that early"
            )
        return self

    @model_validator(mode="after")
    def _names_do_not_clash(self) -> Self:
        # The forecasts of a component over another horizon are named <component>_<horizon>.
        over = [
            horizon_name(component, horizon)
            for component in (*self.components, "machine")
            for horizon in self.horizons
        ]
        sources = [
            *self.telemetry.sensors,
            *self.components,
            *(name for name in over if name in self.components),
            *(self.errors.codes if self.errors else ()),
        ]
        for name in sources:
            if name in _RESERVED or sources.count(name) > 1:
                raise ValueError(
                    f"{name!r} is used twice or reserved; rename the sensor, code or component"
                )
        return self
