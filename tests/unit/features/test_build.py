"""Feature rows: right numbers, the same numbers for training and serving, nothing of the future."""

import math
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from faultcast.features.build import build_features
from faultcast.features.spec import FeatureSpec
from faultcast.features.table import forecast_times

from .plants import MACHINES, PLANT, START, events, records, telemetry

SPEC = FeatureSpec.from_plant(PLANT)
STRIDE = PLANT.features.stride
HOUR = timedelta(hours=1)


def build(rows: pl.DataFrame, readings: pl.DataFrame, happened: pl.DataFrame) -> pl.DataFrame:
    return build_features(
        SPEC, rows.lazy(), readings.lazy(), happened.lazy(), MACHINES.lazy()
    ).collect()


def rows_of(readings: pl.DataFrame) -> pl.DataFrame:
    return forecast_times(readings.lazy(), STRIDE).collect()


def window(readings: pl.DataFrame, machine: str, t: datetime, length: timedelta) -> pl.DataFrame:
    """The readings of (t - length, t], the plain way."""
    inside = (pl.col("time") > t - length) & (pl.col("time") <= t)
    return readings.filter(pl.col("machine") == machine).filter(inside)


@given(records())
@settings(max_examples=60)
def test_every_statistic_equals_its_definition(record: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    readings, happened = record
    table = build(rows_of(readings), readings, happened)
    for row in table.iter_rows(named=True):
        for length, name in ((3 * HOUR, "3h"), (12 * HOUR, "12h")):
            seen = window(readings, row["machine"], row["time"], length)
            heat = seen.filter(pl.col("heat").is_between(-40, 160))
            x = heat["heat"].to_numpy()
            assert row[f"heat_mean_{name}"] == approx(x.mean() if x.size else None)
            assert row[f"heat_min_{name}"] == approx(x.min() if x.size else None)
            assert row[f"heat_max_{name}"] == approx(x.max() if x.size else None)
            assert row[f"heat_std_{name}"] == approx(x.std(ddof=1) if x.size > 1 else None)
            hours = heat["time"].dt.epoch("s").to_numpy() / 3600
            slope = np.polyfit(hours - hours.mean(), x, 1)[0] if x.size > 1 else None
            assert row[f"heat_slope_{name}"] == approx(slope, 0.02)
            errors = window(happened, row["machine"], row["time"], length)
            count = errors.filter(pl.col("code") == "E1").height
            assert row[f"E1_count_{name}"] == count


def approx(value: float | None, tolerance: float = 1e-3) -> object:
    return None if value is None else pytest.approx(value, rel=tolerance, abs=tolerance)


@given(records(), st.data())
@settings(max_examples=80)
def test_recent_readings_give_the_same_bits_as_the_whole_history(
    record: tuple[pl.DataFrame, pl.DataFrame], data: st.DataObject
) -> None:
    readings, happened = record
    rows = rows_of(readings)
    if rows.is_empty():
        return
    row = rows[data.draw(st.integers(0, rows.height - 1))]
    machine, t = row.row(0)
    trained = build(rows, readings, happened).filter(machine=machine, time=t)
    recent = readings.filter(
        pl.col("machine") == machine, pl.col("time") >= t - SPEC.history, pl.col("time") <= t
    )
    known = happened.filter(pl.col("machine") == machine, pl.col("time") <= t)
    served = build(row, recent, known)
    assert_frame_equal(trained, served, check_exact=True)


@given(records(), st.data())
@settings(max_examples=80)
def test_nothing_after_t_changes_a_feature_at_t(
    record: tuple[pl.DataFrame, pl.DataFrame], data: st.DataObject
) -> None:
    readings, happened = record
    t = START + timedelta(hours=data.draw(st.integers(1, 71)))
    seed = data.draw(st.integers(0, 2**16))
    rows = rows_of(readings).filter(pl.col("time") <= t)
    known = build(rows, readings, happened)
    after = pl.col("time") > t
    shuffled = pl.concat(
        [
            readings.filter(~after),
            readings.filter(after).with_columns(
                (pl.col("heat").shuffle(seed) * 2 + 1), pl.col("flow").shuffle(seed + 1)
            ),
        ]
    ).sort("machine", "time")
    forgotten = happened.filter(~after)
    assert_frame_equal(known, build(rows, shuffled, forgotten), check_exact=True)


def test_running_sums_that_wrap_around_change_nothing() -> None:
    """A year of minutely readings at the edge of the range overflows the running sums of x·s."""
    t = START + timedelta(days=200)
    times = [t - timedelta(minutes=m) for m in range(200 * 24 * 60)]
    readings = telemetry([("a", time, 159.5 - (i % 7), 2.9) for i, time in enumerate(times)])
    row = pl.DataFrame({"machine": ["a"], "time": [t]}).cast({"time": pl.Datetime("us", "UTC")})
    recent = readings.filter(pl.col("time") > t - SPEC.history)
    no_events = events([])
    assert_frame_equal(
        build(row, readings, no_events), build(row, recent, no_events), check_exact=True
    )


def test_events_at_the_same_moment_are_all_counted() -> None:
    moment = START + 3 * HOUR
    readings = telemetry([("a", START + h * HOUR, 20.0, 1.0) for h in range(8)])
    happened = events([("a", moment, "error", "E1"), ("a", moment, "error", "E2")])
    at = build(rows_of(readings), readings, happened).filter(time=START + 4 * HOUR)
    assert at.select("E1_count_3h", "E2_count_3h").row(0) == (1, 1)


def test_a_replacement_counts_from_its_own_hour_and_a_failure_replaces_too() -> None:
    readings = telemetry([("a", START + h * HOUR, 20.0, 1.0) for h in range(13)])
    happened = events(
        [
            ("a", START - timedelta(days=10), "maintenance", "belt"),
            ("a", START + 6 * HOUR, "failure", "belt"),
        ]
    )
    ages = build(rows_of(readings), readings, happened)["belt_age"].to_list()
    assert ages[:3] == pytest.approx([10, 10 + 2 / 24, 10 + 4 / 24])
    assert ages[3:5] == pytest.approx([0, 2 / 24])


def test_an_unknown_model_and_an_unknown_age_are_told_apart_from_known_ones() -> None:
    readings = telemetry([(machine, START, 20.0, 1.0) for machine in "ab"])
    table = build(rows_of(readings), readings, events([]))
    assert table.select("model_A", "model_B", "machine_age").rows() == [
        (1, 0, pytest.approx(1000 / 365.25)),
        (0, 0, None),
    ]


def test_a_stale_machine_has_no_recent_reading_but_says_how_old_it_is() -> None:
    readings = telemetry([("a", START, 20.0, 1.0)])
    row = pl.DataFrame({"machine": ["a"], "time": [START + 5 * HOUR]})
    table = build(row.cast({"time": pl.Datetime("us", "UTC")}), readings, events([]))
    assert table.select("reading_age", "heat_last", "heat_mean_3h", "heat_mean_12h").row(0) == (
        5,
        None,
        None,
        pytest.approx(20, abs=1e-3),
    )


def test_names_and_units_describe_the_columns_in_order() -> None:
    readings = telemetry([("a", START, 20.0, 1.0)])
    table = build(rows_of(readings), readings, events([]))
    assert table.columns == ["machine", "time", *SPEC.names]
    assert set(table.select(SPEC.names).dtypes) == {pl.Float32}
    assert SPEC.units["heat_slope_3h"] == "°C/h"
    assert math.isclose(SPEC.history / HOUR, 12)
