from dataclasses import replace

import numpy as np
import pytest

from faultcast.config.plant import Costs
from faultcast.modeling.alarm_evaluation import AlarmEvaluation, evaluate_alarms
from tests.unit.modeling.test_alarms import alarms, at, log

HOURS = 100


@pytest.fixture
def evaluation() -> AlarmEvaluation:
    """Two failures, one announced 5 h ahead, one missed; one alarm in vain."""
    recorded = log({"a": alarms(HOURS, 5, 6, 50)}, [("a", 10), ("a", 80)])
    failing = np.array([4 <= hour < 10 or 74 <= hour < 80 for hour in range(HOURS)])
    return evaluate_alarms(recorded, 0.5, failing)


def test_counts_are_those_of_failures_and_episodes(evaluation: AlarmEvaluation) -> None:
    assert (evaluation.failures.height, evaluation.announced, evaluation.in_time) == (2, 1, 1)
    assert (evaluation.episodes.height, evaluation.false_alarms) == (2, 1)


def test_rate_counts_false_alarms_per_month_of_machine_time(evaluation: AlarmEvaluation) -> None:
    assert evaluation.false_alarms_per_machine_month == pytest.approx(30.4375 * 24 / HOURS)


def test_confusion_counts_rows(evaluation: AlarmEvaluation) -> None:
    assert vars(evaluation.confusion) == {
        "true_alarms": 2,
        "false_alarms": 1,
        "missed": 10,
        "quiet": 87,
    }
    assert evaluation.alarm_share == pytest.approx(0.03)


def test_metrics_are_numbers_all_the_way_down(evaluation: AlarmEvaluation) -> None:
    metrics = evaluation.metrics()
    assert metrics["failures"] == {"count": 2, "announced": 1, "in_time": 1}
    assert metrics["lead_hours"] == {"shortest": 5, "median": 5, "longest": 5}
    assert metrics["false_alarms"]["count"] == 1


def test_cost_is_told_where_the_plant_has_costs(evaluation: AlarmEvaluation) -> None:
    costs = Costs(currency="EUR", unplanned_failure=100, planned_repair=10, visit_in_vain=1)
    cost = replace(evaluation, costs=costs).metrics()["cost"]
    assert cost == {"total": 111, "per_machine_month": pytest.approx(111 * 30.4375 * 24 / HOURS)}
    assert "cost" not in evaluation.metrics()
    assert evaluation.metrics()["visits_in_vain"] == 1


def test_without_an_announced_failure_there_are_no_lead_times() -> None:
    recorded = log({"a": alarms(HOURS)}, [("a", 50)])
    found = evaluate_alarms(recorded, 0.5, np.zeros(HOURS, dtype=bool))
    assert found.metrics()["lead_hours"] == {}
    assert found.failures["time"].to_list() == [at(50)]
    assert found.confusion.quiet == HOURS
