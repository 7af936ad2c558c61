"""The rules that a plant's records must keep, and the repair that the plant may allow for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import polars as pl

from faultcast.config.plant import Plant, Repair
from faultcast.data.contract import Contract, Rule
from faultcast.data.times import INSTANT

_KEYS = ("machine", "time")
_REMEDIES = {
    Repair.SORT: "Put the rows of a machine in the order of time",
    Repair.DROP_DUPLICATES: "Remove one of the two",
    Repair.KEEP_LAST: "Remove the wrong one",
    Repair.NON_FINITE_TO_MISSING: "Empty the cell",
    Repair.OUT_OF_RANGE_TO_MISSING: "Mend the reading, or the sensor's min and max",
    Repair.DROP_UNKNOWN_MACHINES: "Add the machine's telemetry, or remove the row",
    Repair.DROP_LATE_EVENTS: "Add the telemetry up to there, or remove the row",
}


def telemetry_contract(plant: Plant) -> Contract:
    """Return the contract of the readings; records are in the order of delivery."""
    source = plant.telemetry
    sensor_rules = [
        rule
        for name, sensor in source.sensors.items()
        for rule in _sensor_rules(name, sensor.column or name, sensor.min, sensor.max, sensor.unit)
    ]
    types = {"machine": pl.String(), "time": INSTANT, **dict.fromkeys(source.sensors, pl.Float64())}
    required = {"machine": source.machine, "time": source.time}
    in_order = _allowing(
        Repair.SORT,
        _steps_back,
        "{machine} reports {time} after it reported a later time",
        header=source.time,
    )
    same_place = _repetition_rules(_KEYS, tuple(source.sensors), "{machine} at {time}")
    return Contract(types, required, (*same_place, *sensor_rules, in_order))


def _sensor_rules(name: str, header: str, low: float, high: float, unit: str) -> list[Rule]:
    reading, shown_unit = pl.col(name), unit.replace("{", "{{").replace("}", "}}")
    outside = ~reading.is_between(low, high) & reading.is_finite()
    return [
        _allowing(
            Repair.NON_FINITE_TO_MISSING,
            _where(~reading.is_finite()),
            "{value} is not a finite number",
            name,
            header,
        ),
        _allowing(
            Repair.OUT_OF_RANGE_TO_MISSING,
            _where(outside),
            f"{{value}} {shown_unit} lies outside {low:g} to {high:g} {shown_unit}",
            name,
            header,
        ),
    ]


def event_contract(
    plant: Plant, headers: Mapping[str, str], machines: pl.Series, end: datetime | None
) -> Contract:
    """Return the contract of failures, replacements or error messages.

    Args:
        plant: the plant.
        headers: the files' columns for `machine`, `time` and `code`.
        machines: the machines that have telemetry.
        end: when the telemetry ends.
    """
    types = {"machine": pl.String(), "time": INSTANT, "kind": pl.String(), "code": pl.String()}
    known = _allowing(
        Repair.DROP_UNKNOWN_MACHINES,
        _where(~pl.col("machine").is_in(machines.implode())),
        "machine {value} has no telemetry",
        "machine",
        headers["machine"],
    )
    in_time = _allowing(
        Repair.DROP_LATE_EVENTS,
        _where(pl.col("time") > pl.lit(end, INSTANT)),
        f"{{value}} is after the telemetry ends{f' ({end:%Y-%m-%d %H:%M:%S})' if end else ''}",
        "time",
        headers["time"],
    )
    component = Rule(
        "known_component",
        _where((pl.col("kind") != "error") & ~pl.col("code").is_in(plant.components)),
        f"{{value}} is not among the components ({', '.join(plant.components)})",
        "Add it to components in the plant's configuration, or mend the file",
        "code",
        headers["code"],
    )
    once = _repetition_rules(("machine", "time", "kind", "code"), (), "{machine}, {time}, {code}")
    return Contract(types, headers, (*once, known, in_time, component))


def machines_contract(headers: Mapping[str, str]) -> Contract:
    """Return the contract of the machines' descriptions."""
    types = {"machine": pl.String(), "model": pl.String(), "age": pl.Float64()}
    age = Rule(
        "age",
        _where((pl.col("age") < 0) | ~pl.col("age").is_finite()),
        "an age of {value} years is impossible",
        "Write the years since the machine was installed, or empty the cell",
        "age",
        headers.get("age"),
    )
    once = _repetition_rules(("machine",), ("model", "age"), "machine {machine}")
    return Contract(types, {"machine": headers["machine"]}, (*once, age))


def _repetition_rules(keys: Sequence[str], values: Sequence[str], what: str) -> list[Rule]:
    """Nothing is delivered twice: neither as the same row nor with other values."""
    again = _allowing(
        Repair.DROP_DUPLICATES,
        _among_repeated(keys, ~pl.struct(*keys, *values).is_first_distinct()),
        f"the same row stands earlier ({what})",
    )
    if not values:
        return [again]
    differs = (pl.col(value).ne_missing(pl.col(value).last().over(keys)) for value in values)
    otherwise = _allowing(
        Repair.KEEP_LAST,
        _among_repeated(keys, pl.any_horizontal(differs)),
        f"{what} stands again later, with other values",
    )
    return [otherwise, again]


def _among_repeated(keys: Sequence[str], broken: pl.Expr) -> Callable[[pl.DataFrame], pl.Series]:
    """Look only at rows whose keys' hash is there more than once: few, where the whole is large."""

    def mark(frame: pl.DataFrame) -> pl.Series:
        repeated = frame.select(pl.struct(keys).hash().is_duplicated()).to_series()
        places = repeated.arg_true()
        marks = frame.filter(repeated).select(broken).to_series()
        return pl.repeat(False, frame.height, eager=True).scatter(places, marks)

    return mark


def _steps_back(frame: pl.DataFrame) -> pl.Series:
    before = pl.col("time").shift().over("machine")
    return frame.select((pl.col("time") < before).fill_null(False)).to_series()


def _where(broken: pl.Expr) -> Callable[[pl.DataFrame], pl.Series]:
    return lambda frame: frame.select(broken.fill_null(False)).to_series()


def _allowing(
    repair: Repair,
    broken: Callable[[pl.DataFrame], pl.Series],
    problem: str,
    column: str | None = None,
    header: str | None = None,
) -> Rule:
    name = f"{repair}.{column}" if column else str(repair)
    remedy = f"{_REMEDIES[repair]}, or allow the repair {repair}"
    return Rule(name, broken, problem, remedy, column, header, repair)
