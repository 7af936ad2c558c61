"""Readings aligned at the failures."""

from datetime import timedelta

import polars as pl
import pytest

from faultcast.data.canonical import Canonical
from faultcast.reporting.approach import align, until_failure
from tests.unit.reporting.plants import CLOCK, PLANT, RECORDS, START

APPROACH = align(PLANT, RECORDS, timedelta(hours=48))


def one_machine(hours: list[int], failed: list[int]) -> Canonical:
    times = [START + timedelta(hours=hour) for hour in hours]
    telemetry = pl.DataFrame({"machine": "a", "time": times}, schema_overrides={"time": CLOCK})
    events = pl.DataFrame(
        [("a", START + timedelta(hours=hour), "failure", "pump") for hour in failed],
        schema={"machine": pl.String, "time": CLOCK, "kind": pl.String, "code": pl.String},
        orient="row",
    )
    return Canonical(telemetry, events, pl.DataFrame({"machine": ["a"]}))


def test_hours_left_count_to_the_next_failure_strictly_ahead() -> None:
    left = until_failure(one_machine([0, 1, 2, 3, 4, 5], failed=[2, 4]))
    assert left.to_list() == [2, 1, 2, 1, None, None]


def test_another_components_failure_does_not_count() -> None:
    left = until_failure(one_machine([0, 1], failed=[2]), "belt")
    assert left.to_list() == [None, None]


def shifts() -> dict[tuple[str, str], tuple[float, float]]:
    return {(c, s): (distance, middle) for c, s, distance, middle in APPROACH.shift(12).iter_rows()}


def test_a_sensor_that_warns_stands_out_from_when_it_begins_to() -> None:
    assert APPROACH.stands_out("pump", "heat") == 20
    assert shifts()["pump", "heat"] == pytest.approx((4, 4), abs=0.5)


@pytest.mark.parametrize(("component", "sensor"), [("pump", "flow"), ("belt", "heat")])
def test_a_sensor_that_does_not_warn_does_not_stand_out(component: str, sensor: str) -> None:
    distance, middle = shifts()[component, sensor]
    assert distance < 1
    assert abs(middle) < 0.5
    assert APPROACH.stands_out(component, sensor) < 5


def test_a_sensor_that_rises_or_falls_before_a_failure_stands_out_too() -> None:
    mirrored = pl.when(pl.col("machine").is_in(["m1", "m10"])).then(120 - pl.col("heat"))
    heat = mirrored.otherwise(pl.col("heat")).alias("heat")
    telemetry = RECORDS.telemetry.with_columns(heat)
    both_ways = align(
        PLANT, Canonical(telemetry, RECORDS.events, RECORDS.machines), timedelta(hours=48)
    )
    assert both_ways.stands_out("pump", "heat") == 20
    ((distance, middle),) = (
        both_ways.shift(12)
        .filter(component="pump", sensor="heat")
        .select("distance", "middle")
        .iter_rows()
    )
    assert distance == pytest.approx(4, abs=0.5)
    assert abs(middle) < distance


def test_failures_are_counted_by_component() -> None:
    assert APPROACH.failures == {"pump": 10, "belt": 5}


def test_a_constant_sensor_has_no_shift() -> None:
    flat = RECORDS.telemetry.with_columns(pl.lit(1.0).alias("flow"))
    approach = align(PLANT, Canonical(flat, RECORDS.events, RECORDS.machines), timedelta(hours=48))
    assert approach.stands_out("pump", "heat") == 20
    assert approach.profile.filter(sensor="flow")["middle"].null_count() > 0
