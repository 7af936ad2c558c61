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


def test_a_sensor_that_warns_leaves_its_band_when_it_begins_to() -> None:
    assert APPROACH.leaves_band("pump", "heat") == 20
    shift = {(c, s): v for c, s, v in APPROACH.shift(12).iter_rows()}
    assert shift["pump", "heat"] == pytest.approx(4, abs=0.5)


@pytest.mark.parametrize(("component", "sensor"), [("pump", "flow"), ("belt", "heat")])
def test_a_sensor_that_does_not_warn_stays_in_its_band(component: str, sensor: str) -> None:
    shift = {(c, s): v for c, s, v in APPROACH.shift(12).iter_rows()}
    assert abs(shift[component, sensor]) < 0.9
    assert APPROACH.leaves_band(component, sensor) < 5


def test_failures_are_counted_by_component() -> None:
    assert APPROACH.failures == {"pump": 10, "belt": 5}


def test_a_constant_sensor_has_no_shift() -> None:
    flat = RECORDS.telemetry.with_columns(pl.lit(1.0).alias("flow"))
    approach = align(PLANT, Canonical(flat, RECORDS.events, RECORDS.machines), timedelta(hours=48))
    assert approach.leaves_band("pump", "heat") == 20
    assert approach.profile.filter(sensor="flow")["middle"].null_count() > 0
