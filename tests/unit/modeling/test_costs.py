import pytest

from faultcast.config.plant import Costs
from faultcast.modeling.costs import Bill, alarm_bill, run_to_failure
from tests.unit.modeling.test_alarms import alarms, log

COSTS = Costs(currency="EUR", unplanned_failure=100, planned_repair=10, visit_in_vain=1)


def test_bill_adds_up() -> None:
    assert Bill(2, 3, 4).cost(COSTS) == 234


def test_alarms_turn_failures_into_planned_repairs_and_cost_visits() -> None:
    # Announced 5 h ahead, announced too late, missed; one alarm in vain.
    recorded = log({"a": alarms(100, 5, 28, 60)}, [("a", 10), ("a", 30), ("a", 80)])
    assert alarm_bill(recorded, 0.5) == Bill(2, 1, 1)


def test_run_to_failure_pays_each_failure_of_the_period() -> None:
    recorded = log({"a": alarms(20, 5)}, [("a", 10), ("a", 1)])
    assert run_to_failure(recorded) == Bill(1, 0, 0)


def test_never_raising_an_alarm_is_running_to_failure() -> None:
    recorded = log({"a": alarms(20, 5)}, [("a", 10)])
    assert alarm_bill(recorded, 0.95) == run_to_failure(recorded)


def test_costs_by_which_no_forecast_pays_are_refused() -> None:
    with pytest.raises(ValueError, match=r"planned_repair 100\.0 is not below"):
        Costs(currency="EUR", unplanned_failure=100, planned_repair=100, visit_in_vain=1)
