from datetime import timedelta

import polars as pl
import pytest

from faultcast.config.plant import Costs
from faultcast.modeling.fixed_interval import best_age, lives, replaced_at
from tests.unit.modeling.test_alarms import CLOCK, START

COSTS = Costs(currency="EUR", unplanned_failure=100, planned_repair=10, visit_in_vain=1)


def day(number: float) -> object:
    return START + timedelta(days=number)


def events(*happened: tuple[str, float, str]) -> pl.DataFrame:
    rows = [(machine, day(number), kind, "pump") for machine, number, kind in happened]
    schema = {"machine": pl.String, "time": CLOCK, "kind": pl.String, "code": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def wearing(life: float = 30, machines: int = 10) -> pl.DataFrame:
    """Return pumps that all fail after so many days."""
    return events(*((f"m{m}", m + life * k, "failure") for m in range(machines) for k in range(12)))


def test_lives_are_cut_at_the_period_and_end_by_failure_or_plan() -> None:
    told = events(("a", -5, "maintenance"), ("a", 10, "failure"), ("a", 25, "maintenance"))
    found = lives(told, "pump", (day(0), day(30)))  # type: ignore[arg-type]
    assert found.rows() == [
        (5, 15, True, False),
        (0, 15, False, True),
        (0, 5, False, False),
    ]


def test_failure_with_its_repair_at_the_same_time_is_one_end() -> None:
    told = events(("a", 0, "maintenance"), ("a", 10, "failure"), ("a", 10, "maintenance"))
    found = lives(told, "pump", (day(0), day(20)))  # type: ignore[arg-type]
    assert found["failed"].to_list() == [True, False]


def test_parts_that_wear_are_replaced_shortly_before_they_fail() -> None:
    watched = lives(wearing(), "pump", (day(40), day(300)))  # type: ignore[arg-type]
    assert best_age(watched, COSTS) == 29
    bill = replaced_at(watched, 29)
    assert bill.unplanned_failures == pytest.approx(0)
    exposure = float((watched["exit"] - watched["enter"]).sum())
    assert bill.planned_repairs == pytest.approx(exposure / 29)


def test_failures_that_do_not_age_are_not_worth_replacing_for() -> None:
    steady = events(
        *((f"m{m}", 0, "maintenance") for m in range(40)),
        *((f"m{m}", 5 + 5 * m, "failure") for m in range(20)),
    )
    dear = Costs(currency="EUR", unplanned_failure=100, planned_repair=90, visit_in_vain=1)
    assert best_age(lives(steady, "pump", (day(0), day(110))), dear) is None  # type: ignore[arg-type]


def test_without_failures_nothing_is_replaced() -> None:
    quiet = events(("a", 0, "maintenance"))
    assert best_age(lives(quiet, "pump", (day(0), day(110))), COSTS) is None  # type: ignore[arg-type]
