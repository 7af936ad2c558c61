"""Whether the alarms hold for every machine model, age and month, and how sure that is."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.config.plant import Plant
from faultcast.data.canonical import read_canonical
from faultcast.modeling.alarm_evaluation import AlarmEvaluation
from faultcast.modeling.alarms import AlarmTerms
from faultcast.modeling.dataset import read_part
from faultcast.modeling.intervals import count_interval, share_interval

ENOUGH = 5
_LIMITS = [5.0, 10.0, 20.0]
_BANDS = ["below 5 years", "5 to 10 years", "10 to 20 years", "20 years and more"]
_YEAR = timedelta(days=365.25)
_MONTH = timedelta(days=30.4375)
_KINDS = ("model", "age", "month")


def slices_of_plant(layout: Layout, plant: str, alarms: AlarmEvaluation) -> pl.DataFrame:
    """Judge the alarms of a plant's test part by slices; returns as `slices` does.

    Raises:
        StageNotRunError: the dataset is not there yet.
    """
    settings = load_plant(layout, plant)
    rows = read_part(layout, settings, "test").frame.select("machine", "time")
    return slices(settings, rows, read_canonical(layout, plant).machines, alarms)


def slices(
    plant: Plant, rows: pl.DataFrame, machines: pl.DataFrame, alarms: AlarmEvaluation
) -> pl.DataFrame:
    """Judge the alarms of each slice of a period.

    Args:
        plant: the plant.
        rows: machine and time of each forecast.
        machines: machine, model (null: unknown) and installed (null: unknown).
        alarms: the alarms of the period, at the threshold.

    Returns:
        kind (model, age or month), slice, machines, machine_months, failures, in_time, share with
        low and high (95 %), false_alarms, rate with rate_low and rate_high (per machine-month).
        share is null without failures. What is not known of any machine makes no slice.
    """
    terms = AlarmTerms.of(plant)
    parts = {
        "rows": _sliced(plant, rows, machines, "time"),
        "failures": _sliced(plant, alarms.failures, machines, "time"),
        "episodes": _sliced(plant, alarms.episodes, machines, "first"),
    }
    found = [
        _judged(
            kind, name, {p: frame.filter(pl.col(kind) == name) for p, frame in parts.items()}, terms
        )
        for kind in _KINDS
        for name in _names(parts["rows"][kind], kind)
    ]
    return pl.DataFrame(found, schema_overrides={"share": pl.Float64})


def _sliced(plant: Plant, frame: pl.DataFrame, machines: pl.DataFrame, time: str) -> pl.DataFrame:
    age = (pl.col(time) - pl.col("installed")) / _YEAR
    five, ten, twenty = ((age >= limit).cast(pl.Int8) for limit in _LIMITS)
    local = pl.col(time).dt.convert_time_zone(plant.time_zone)
    return frame.join(machines, on="machine", how="left", maintain_order="left").with_columns(
        (five + ten + twenty).replace_strict(dict(enumerate(_BANDS)), default=None).alias("age"),
        local.dt.strftime("%Y-%m").alias("month"),
    )


def _names(column: pl.Series, kind: str) -> list[str]:
    known = set(column.drop_nulls())
    order = _BANDS if kind == "age" else sorted(known)
    return [name for name in order if name in known]


def _judged(
    kind: str, name: str, parts: dict[str, pl.DataFrame], terms: AlarmTerms
) -> dict[str, object]:
    failures, rows = parts["failures"].height, parts["rows"]
    in_time = int(parts["failures"]["in_time"].sum())
    false, months = int(parts["episodes"]["false"].sum()), rows.height * (terms.stride / _MONTH)
    share = in_time / failures if failures else None
    low, high = share_interval(share or 0.0, failures)
    fewest, most = count_interval(false)
    return {
        "kind": kind,
        "slice": name,
        "machines": rows["machine"].n_unique(),
        "machine_months": months,
        "failures": failures,
        "in_time": in_time,
        "share": share,
        "low": low,
        "high": high,
        "false_alarms": false,
        "rate": false / months,
        "rate_low": fewest / months,
        "rate_high": most / months,
    }
