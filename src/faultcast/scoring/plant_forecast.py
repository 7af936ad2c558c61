"""Forecast a plant's machines from their recent records: the API and the batch share this path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import polars as pl

from faultcast.config.duration import format_duration
from faultcast.features.build import build_features
from faultcast.scoring.explanation import PREFIX, explain
from faultcast.scoring.forecaster import Forecaster
from faultcast.scoring.session import Matrix, feature_matrix

CLOCK = pl.Datetime("us", "UTC")
# What is beyond depends on how many machines were explained at once.
_DECIMALS = 6


class Status(StrEnum):
    """Whether a machine could be forecast, and if not, why."""

    OK = "ok"
    TOO_LITTLE_HISTORY = "too_little_history"
    OLD_DATA = "old_data"
    UNKNOWN_SENSORS = "unknown_sensors"


@dataclass(frozen=True)
class Records:
    """Recent records of some machines, canonical, times in UTC.

    `readings`: machine, time and a column a sensor, null where missing; `events`: machine, time,
    kind and code; `machines`: machine, model and installed.
    """

    readings: pl.DataFrame
    events: pl.DataFrame
    machines: pl.DataFrame


@dataclass(frozen=True)
class MachineForecast:
    """The forecast of one machine, or why there is none.

    `features` [inputs] and `probabilities` [outputs] are None unless the status is ok; `notes` name
    what the forecast had to do without; `contributions` say what each source of features adds to
    the machine's probability, the strongest first.
    """

    machine: str
    status: Status
    detail: str = ""
    last_reading: datetime | None = None
    features: Matrix | None = None
    probabilities: Matrix | None = None
    notes: tuple[str, ...] = ()
    contributions: tuple[tuple[str, float], ...] = ()


def forecast_machines(
    model: Forecaster,
    records: Records,
    at: datetime,
    unknown_sensors: Mapping[str, list[str]] | None = None,
) -> list[MachineForecast]:
    """Forecast every machine of the records from what was known at a moment.

    Args:
        model: the plant's model.
        records: readings that reach back `manifest.features.history`; what lies after `at` is left
            out, of two readings of a machine at one time the later one counts.
        at: the moment from which the horizon runs.
        unknown_sensors: columns of a machine's readings that the model does not know.

    Returns:
        One forecast for each machine of the records, in the order of their names.
    """
    spec, logs = model.manifest.features, model.manifest.logs
    known = records.readings.filter(pl.col("time") <= at)
    newest: dict[str, datetime] = dict(known.group_by("machine").agg(pl.col("time").max()).rows())
    recent = known.filter(pl.col("time") > at - spec.history)
    recent = recent.unique(["machine", "time"], keep="last", maintain_order=True)
    oldest: dict[str, datetime] = dict(recent.group_by("machine").agg(pl.col("time").min()).rows())
    judged = {
        machine: _judge(
            machine, at, oldest, newest, spec.history - spec.tolerance, logs.stride, unknown_sensors
        )
        for machine in _machines(records)
    }
    able = [machine for machine, told in judged.items() if told.status is Status.OK]
    if able:
        judged |= _forecast(model, records, recent, at, able, newest)
    return list(judged.values())


def _machines(records: Records) -> list[str]:
    frames = (records.readings, records.events, records.machines)
    return sorted({name for frame in frames for name in frame["machine"].unique()})


def _judge(
    machine: str,
    at: datetime,
    oldest: Mapping[str, datetime],
    newest: Mapping[str, datetime],
    needed: timedelta,
    stride: timedelta,
    unknown_sensors: Mapping[str, list[str]] | None,
) -> MachineForecast:
    last = newest.get(machine)
    if unknown := (unknown_sensors or {}).get(machine):
        detail = f"the model knows no sensor {', '.join(unknown)}: mend the name or leave it out"
        return MachineForecast(machine, Status.UNKNOWN_SENSORS, detail, last)
    if last is None:
        return MachineForecast(
            machine, Status.TOO_LITTLE_HISTORY, f"no reading at or before {at.isoformat()}"
        )
    if at - last >= stride:
        detail = (
            f"the newest reading, of {last.isoformat()}, is {_hours(at - last)} older than the "
            f"forecast's time; less than {format_duration(stride)} is needed"
        )
        return MachineForecast(machine, Status.OLD_DATA, detail, last)
    covered = at - oldest[machine]
    if covered < needed:
        detail = (
            f"the readings reach back {_hours(covered)}; "
            f"at least {format_duration(needed)} are needed"
        )
        return MachineForecast(machine, Status.TOO_LITTLE_HISTORY, detail, last)
    return MachineForecast(machine, Status.OK, last_reading=last)


def _forecast(
    model: Forecaster,
    records: Records,
    recent: pl.DataFrame,
    at: datetime,
    machines: list[str],
    newest: Mapping[str, datetime],
) -> dict[str, MachineForecast]:
    spec = model.manifest.features
    rows = pl.DataFrame({"machine": machines}).with_columns(pl.lit(at, CLOCK).alias("time"))
    in_windows = (pl.col("kind") != "error") | (pl.col("time") > at - spec.windows[-1])
    events = records.events.filter(pl.col("time") <= at, in_windows)
    table = build_features(
        spec, rows.lazy(), recent.lazy(), events.lazy(), records.machines.lazy()
    ).collect()
    features = feature_matrix(table, spec.names)
    probabilities = model.outputs(features)
    reasons = _contributions(model, table)
    return {
        machine: MachineForecast(
            machine,
            Status.OK,
            last_reading=newest[machine],
            features=features[row],
            probabilities=probabilities[row],
            notes=_notes(model, features[row]),
            contributions=reasons[row],
        )
        for row, machine in enumerate(table["machine"])
    }


def _contributions(model: Forecaster, table: pl.DataFrame) -> list[tuple[tuple[str, float], ...]]:
    explained = explain(model, table).select(pl.col(f"^{PREFIX}.*$").round(_DECIMALS))
    sources = [name.removeprefix(PREFIX) for name in explained.columns]
    return [
        tuple(sorted(zip(sources, row, strict=True), key=lambda one: -abs(one[1])))
        for row in explained.iter_rows()
    ]


def _notes(model: Forecaster, features: Matrix) -> tuple[str, ...]:
    """Name what the forecast had to do without."""
    spec = model.manifest.features
    missing = {name for name, gone in zip(spec.names, np.isnan(features), strict=True) if gone}
    longest = format_duration(spec.windows[-1])
    silent = [name for name in spec.sensors if f"{name}_mean_{longest}" in missing]
    ageless = [name for name in spec.components if f"{name}_age" in missing]
    notes = []
    if silent:
        notes.append(f"no reading within its range in the last {longest}: {', '.join(silent)}")
    if ageless:
        notes.append(f"no replacement known, so its age is not: {', '.join(ageless)}")
    if "machine_age" in missing and model.manifest.logs.machines:
        notes.append("when the machine was installed is not known")
    return tuple(notes)


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.1f} h"
