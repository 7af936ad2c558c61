import numpy as np
import polars as pl

from faultcast.config.plant import Costs
from faultcast.modeling.alarms import AlarmTerms
from faultcast.modeling.sensor_rule import best_rule
from tests.unit.modeling.press import PLANT, draw

COSTS = Costs(currency="EUR", unplanned_failure=100, planned_repair=10, visit_in_vain=1)
TERMS = AlarmTerms.of(PLANT)


def drawn() -> tuple[pl.DataFrame, pl.DataFrame]:
    rows, events = draw(0)
    return rows, events.filter(kind="failure").rename({"code": "component"})


def test_rule_watches_a_sensor_that_rises_before_failures() -> None:
    rows, failures = drawn()
    rule = best_rule(PLANT, rows, failures, TERMS, COSTS)
    assert rule.above
    bill = rule.bill(rows, failures, TERMS)
    assert bill.planned_repairs > 0
    nobody = (bill.planned_repairs + bill.unplanned_failures) * COSTS.unplanned_failure
    assert bill.cost(COSTS) < nobody


def test_falling_sensor_is_watched_from_below() -> None:
    rows, failures = drawn()
    turned = rows.with_columns(pl.col(r"^(heat|vibration)_.*$") * -1)
    rule, mirrored = (best_rule(PLANT, frame, failures, TERMS, COSTS) for frame in (rows, turned))
    assert (mirrored.sensor, mirrored.window, mirrored.above) == (rule.sensor, rule.window, False)
    assert np.isclose(mirrored.limit, -rule.limit)
    assert mirrored.bill(turned, failures, TERMS) == rule.bill(rows, failures, TERMS)


def test_missing_readings_raise_no_alarm() -> None:
    rows, failures = drawn()
    rule = best_rule(PLANT, rows, failures, TERMS, COSTS)
    empty = rows.with_columns(pl.lit(None, pl.Float32).alias(rule.feature))
    assert rule.bill(empty, failures, TERMS).planned_repairs == 0
    assert rule.bill(empty, failures, TERMS).visits_in_vain == 0
