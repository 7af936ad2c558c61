"""Rules find what breaks them, and only that; a repaired frame keeps its contract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultcast.config.plant import Plant, Repair
from faultcast.data.findings import Findings
from faultcast.data.readers import FILE, ROW
from faultcast.data.repairs import mend
from faultcast.data.rules import event_contract, machines_contract, telemetry_contract
from faultcast.data.times import INSTANT
from tests.unit.data.mill import CONFIG

PLANT = Plant.model_validate({"name": "mill", **CONFIG})
START = datetime(2026, 1, 1, tzinfo=UTC)
HEADERS = {"machine": "asset", "time": "at", "code": "part"}
Row = tuple[str | None, int, float | None, float | None]

_readings = st.sampled_from([None, 1.0, 2.0, 149.0, 151.0, float("nan"), float("inf")])
_rows = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 5), _readings, _readings), min_size=1
)


def _telemetry(rows: list[Row]) -> pl.DataFrame:
    schema: dict[str, Any] = {
        "machine": pl.String,
        "hour": pl.Int64,
        "heat": pl.Float64,
        "flow": pl.Float64,
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_row_index(ROW, offset=2)
    time = pl.lit(START, INSTANT) + pl.duration(hours="hour")
    return frame.with_columns(time=time.cast(INSTANT), **{FILE: pl.lit("log.csv")}).drop("hour")


def _events(rows: list[tuple[str, int, str]], kind: str = "failure") -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["machine", "hour", "code"], orient="row")
    time = pl.lit(START, INSTANT) + pl.duration(hours="hour")
    return (
        frame.with_row_index(ROW, offset=2)
        .with_columns(time=time.cast(INSTANT), kind=pl.lit(kind), **{FILE: pl.lit("log.csv")})
        .drop("hour")
    )


def _told(contract: Any, frame: pl.DataFrame) -> list[tuple[int | None, str | None, str]]:
    return [(v.row, v.column, v.problem) for v in contract.violations(frame)]


def _mended(frame: pl.DataFrame, *repairs: Repair) -> tuple[pl.DataFrame, Findings]:
    findings = Findings()
    return mend(frame, "telemetry", telemetry_contract(PLANT), repairs, findings), findings


def test_good_readings_break_no_rule() -> None:
    frame = _telemetry([("a", 0, 1.0, 2.0), ("b", 0, 1.0, None), ("a", 1, 1.0, 2.0)])
    assert _told(telemetry_contract(PLANT), frame) == []


def test_machines_may_come_in_any_order_but_each_in_the_order_of_time() -> None:
    frame = _telemetry(
        [("b", 3, 1.0, 1.0), ("a", 1, 1.0, 1.0), ("a", 0, 2.0, 1.0), ("b", 4, 1.0, 1.0)]
    )
    ((row, column, problem),) = _told(telemetry_contract(PLANT), frame)
    assert (row, column) == (4, "at")
    assert problem.startswith("a reports 2026-01-01 00:00:00")


def test_the_edges_of_a_range_belong_to_it() -> None:
    frame = _telemetry([("a", 0, -20.0, 0.0), ("a", 1, 150.0, 50.0), ("a", 2, 150.1, -0.1)])
    assert [(row, column) for row, column, _ in _told(telemetry_contract(PLANT), frame)] == [
        (4, "heat"),
        (4, "flow [l/min]"),
    ]


def test_an_infinite_reading_is_told_once() -> None:
    frame = _telemetry([("a", 0, float("inf"), 1.0)])
    assert _told(telemetry_contract(PLANT), frame) == [(2, "heat", "inf is not a finite number")]


def test_the_last_delivered_row_wins() -> None:
    rows: list[Row] = [
        ("a", 0, 1.0, 1.0),
        ("a", 0, 2.0, 1.0),
        ("a", 0, None, 3.0),
        ("a", 1, 4.0, 1.0),
    ]
    frame, findings = _mended(_telemetry(rows), Repair.KEEP_LAST)
    assert frame.select("heat", "flow").rows() == [(None, 3.0), (4.0, 1.0)]
    assert findings.repaired(Repair.KEEP_LAST, "telemetry") == 2


def test_a_row_that_is_delivered_again_after_another_wins() -> None:
    rows: list[Row] = [("a", 0, 1.0, 1.0), ("a", 0, 2.0, 1.0), ("a", 0, 1.0, 1.0)]
    frame, _ = _mended(_telemetry(rows), Repair.KEEP_LAST, Repair.DROP_DUPLICATES)
    assert frame["heat"].to_list() == [1.0]


def test_the_first_of_two_equal_rows_stays() -> None:
    frame, findings = _mended(_telemetry([("a", 0, 1.0, None)] * 3), Repair.DROP_DUPLICATES)
    assert frame[ROW].to_list() == [2]
    assert [(e.file, e.row) for e in findings.repairs[0].examples] == [
        ("log.csv", 3),
        ("log.csv", 4),
    ]


@given(_rows)
def test_all_repairs_together_keep_the_contract(rows: list[Row]) -> None:
    frame, _ = _mended(_telemetry(rows), *Repair)
    assert _told(telemetry_contract(PLANT), frame) == []
    machines_and_times = {(row[0], row[1]) for row in rows}
    assert frame.height == len(machines_and_times)
    assert frame.select("heat", "flow").select(pl.all().is_nan().any()).rows() == [(False, False)]


@given(_rows, st.sets(st.sampled_from(list(Repair))))
def test_a_repair_that_is_not_allowed_changes_nothing(
    rows: list[Row], allowed: set[Repair]
) -> None:
    _, findings = _mended(_telemetry(rows), *allowed)
    assert {made.repair for made in findings.repairs} <= allowed


@given(_rows)
def test_without_repairs_good_rows_stay_and_bad_ones_are_told(rows: list[Row]) -> None:
    frame = _telemetry(rows)
    untouched, findings = _mended(frame)
    assert untouched.equals(frame)
    assert findings.repairs == []
    repaired, mended = _mended(frame, *Repair)
    broken = bool(_told(telemetry_contract(PLANT), frame))
    assert broken == bool(mended.repairs)
    assert broken or repaired.equals(frame)


def test_events_in_any_order_are_fine() -> None:
    contract = event_contract(PLANT, HEADERS, pl.Series(["a", "b"]), START + timedelta(hours=9))
    assert _told(contract, _events([("a", 9, "pump"), ("a", -99, "belt"), ("b", 9, "pump")])) == []


def test_each_fault_of_an_event_is_told_by_row_and_column() -> None:
    contract = event_contract(PLANT, HEADERS, pl.Series(["a"]), START + timedelta(hours=9))
    rows = [
        ("a", 9, "pump"),
        ("c", 1, "pump"),
        ("a", 10, "pump"),
        ("a", 1, "motor"),
        ("a", 9, "pump"),
    ]
    assert {(row, column) for row, column, _ in _told(contract, _events(rows))} == {
        (3, "asset"),
        (4, "at"),
        (5, "part"),
        (6, None),
    }


def test_codes_that_are_not_configured_are_kept() -> None:
    contract = event_contract(PLANT, HEADERS, pl.Series(["a"]), START + timedelta(hours=9))
    assert _told(contract, _events([("a", 1, "E_777")], kind="error")) == []


@pytest.mark.parametrize("age", [-1.0, float("inf"), float("nan")])
def test_impossible_ages_are_told(age: float) -> None:
    contract = machines_contract({"machine": "asset", "age": "years"})
    schema = {"machine": pl.String, "model": pl.String, "age": pl.Float64}
    frame = pl.DataFrame([("a", "K", 2.0), ("b", None, age)], schema=schema, orient="row")
    frame = frame.with_row_index(ROW, offset=2).with_columns(pl.lit("log.csv").alias(FILE))
    assert [(row, column) for row, column, _ in _told(contract, frame)] == [(3, "years")]
