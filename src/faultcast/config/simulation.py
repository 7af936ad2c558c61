"""The configuration of an embedded demo plant's simulator: `configs/simulation/<plant>.yaml`.

The equations behind the parameters stand in `references/simulator.md`. File names, columns, units
and ranges are in the plant's own configuration; nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from faultcast.config.duration import Duration
from faultcast.config.frozen import Frozen
from faultcast.config.plant import Name, Plant

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, le=0.2)]


class Load(Frozen):
    """How hard the machines work: 1 is full load."""

    day: Positive = Field(description="load from 06:00 to 22:00 on weekdays")
    night: NonNegative = Field(description="load from 22:00 to 06:00 on weekdays")
    weekend: NonNegative = Field(description="load on Saturdays and Sundays")
    campaign: Duration = Field(description="mean length of a product's campaign on a machine")
    spread: NonNegative = Field(description="standard deviation of the load between campaigns")
    noise: NonNegative = Field(description="standard deviation of the load within a campaign")


class Climate(Frozen):
    """The hall's temperature, as its difference from the yearly mean in degrees Celsius."""

    season: NonNegative = Field(description="amplitude over the year; warmest in late July")
    daily: NonNegative = Field(description="amplitude over the day; warmest at 15:00")
    weather: NonNegative = Field(description="standard deviation of what weather adds, over days")


class Reading(Frozen):
    """How a sensor answers, in its own unit: to load, heat, product, time and noise."""

    level: float = Field(description="reading at no load, yearly mean temperature, healthy")
    load: float = Field(default=0, description="added at full load")
    heat: float = Field(default=0, description="added for each degree Celsius")
    product: float = Field(default=0, description="added by a product one standard deviation off")
    noise: Positive = Field(description="standard deviation from reading to reading")
    persistence: Duration = Field(description="time in which noise is forgotten to 1/e")
    spread: NonNegative = Field(default=0, description="standard deviation between machines")
    drift: NonNegative = Field(
        default=0, description="standard deviation between machines of the drift in a month"
    )
    decimals: int = Field(ge=0, le=4, description="decimals that the logger writes")


class Symptom(Frozen):
    """What damage does to a sensor at full damage and full load."""

    shift: float = Field(default=0, description="added to the reading, in the sensor's unit")
    scatter: NonNegative = Field(default=0, description="added to the noise, as a multiple of it")


class Mode(Frozen):
    """A failure mode; one without a warning time strikes suddenly."""

    share: Positive = Field(description="weight among the component's modes")
    warning: Duration | None = Field(
        default=None, description="median time at full load from the first symptom to the failure"
    )
    symptoms: dict[Name, Symptom] = Field(default={}, description="by sensor")
    messages: dict[Name, Positive] = Field(
        default={}, description="error messages in a day at full damage, by code"
    )

    @model_validator(mode="after")
    def _warning_is_shown(self) -> Self:
        if (self.warning is not None) != bool(self.symptoms or self.messages):
            raise ValueError("warning and symptoms or messages belong together: give both or none")
        return self


class Component(Frozen):
    """A component's life: Weibull in the time worked, weighted by load and heat."""

    life: Duration = Field(description="Weibull scale at full load and mean temperature")
    shape: Positive = Field(description="Weibull shape; above 1 the hazard grows with wear")
    load_power: NonNegative = Field(description="wear goes with load to this power")
    heat_factor: Positive = Field(
        description="wear is multiplied by this for each 10 degrees Celsius"
    )
    replaced_after: Duration = Field(description="mean age at planned replacement")
    modes: dict[Name, Mode] = Field(min_length=1)


class MachineModel(Frozen):
    """What machines of a model have in common."""

    share: Positive = Field(description="weight among the plant's machines")
    pace: Positive = Field(default=1, description="wear relative to other models")
    visibility: NonNegative = Field(default=1, description="symptoms relative to other models")
    levels: dict[Name, float] = Field(default={}, description="added to a sensor's level")


class Upsets(Frozen):
    """Passing disturbances that look like damage and are none."""

    per_month: NonNegative = Field(description="upsets of a machine in a month")
    length: Duration = Field(description="median time that one takes")
    strength: NonNegative = Field(description="largest damage that one resembles")


class Flaws(Frozen):
    """How the logs differ from what happened; shares are of rows or of cells."""

    missing_cells: Rate = 0
    missing_rows: Rate = 0
    outages_per_month: NonNegative = 0
    outage: Duration = Field(description="median time without any reading of a machine")
    late_rows: Rate = 0
    delay: Duration = Field(description="mean delay of a late row")
    repeated_rows: Rate = 0
    corrected_rows: Rate = 0
    spikes: Rate = 0
    fault_value: float = Field(description="what the logger writes when a sensor fails")
    stuck_per_month: NonNegative = 0
    stuck: Duration = Field(description="median time that a sensor repeats its reading")


class Simulation(Frozen):
    """A demo plant: its machines, how they wear, what its sensors show and its logs hide."""

    seed: int = Field(ge=0)
    start: date = Field(description="first day of the telemetry, in the plant's time zone")
    length: Duration = Field(description="time span of the telemetry")
    machines: int = Field(ge=1, le=99)
    silent_machines: int = Field(
        default=0, ge=0, description="more machines that are described but send nothing"
    )
    prefix: str = Field(description="a machine's identifier is this and its number in two digits")
    oldest: Positive = Field(description="largest age of a machine in years")
    aging: NonNegative = Field(description="share by which a machine wears faster for each year")
    repair: Duration = Field(description="median standstill after a failure")
    models: dict[Name, MachineModel] = Field(min_length=1)
    load: Load
    climate: Climate
    sensors: dict[Name, Reading] = Field(min_length=1)
    components: dict[Name, Component] = Field(min_length=1)
    messages: dict[Name, NonNegative] = Field(
        default={}, description="error messages of a healthy machine in a month, by code"
    )
    upsets: Upsets
    flaws: Flaws

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        modes = [mode for part in self.components.values() for mode in part.modes.values()]
        named = [mode.symptoms for mode in modes] + [kind.levels for kind in self.models.values()]
        sensors = {name for names in named for name in names} - set(self.sensors)
        codes = {code for mode in modes for code in mode.messages} - set(self.messages)
        if sensors or codes:
            unknown = ", ".join(sorted(sensors | codes))
            raise ValueError(f"{unknown}: not among the keys of sensors and messages")
        return self


def disagreements(simulation: Simulation, plant: Plant) -> list[str]:
    """Name each sensor, component, model or code that only one of the two configurations knows."""
    pairs: dict[str, tuple[Iterable[str], Iterable[str]]] = {
        "sensors": (simulation.sensors, plant.telemetry.sensors),
        "components": (simulation.components, plant.components),
        "messages": (simulation.messages, plant.errors.codes if plant.errors else ()),
    }
    if plant.machines and plant.machines.model:
        pairs["models"] = (simulation.models, plant.machines.models)
    return [
        f"{key}: {', '.join(sorted(different))}: only in one of the plant's configuration and its "
        "simulation; name the same in both"
        for key, (ours, theirs) in pairs.items()
        if (different := set(ours) ^ set(theirs))
    ]
