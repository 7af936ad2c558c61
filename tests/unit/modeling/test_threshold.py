import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultcast.config.plant import Costs
from faultcast.modeling.costs import alarm_bill
from faultcast.modeling.threshold import allowed_thresholds, choose_threshold
from tests.unit.modeling.test_alarms import breakdowns, log

DAY = 24
MONTH = 731

chances = st.floats(0, 0.9921875, width=32)
histories = st.fixed_dictionaries(
    {name: st.lists(chances, min_size=1, max_size=60) for name in "ab"}
)


def quiet(rows: int, **probabilities: float) -> list[float]:
    """Return rows of 1 % but for those named, such as h12=0.9."""
    return [probabilities.get(f"h{hour}", 0.01) for hour in range(rows)]


def test_threshold_lies_midway_between_missing_a_failure_and_breaking_the_budget() -> None:
    history = quiet(MONTH, h96=0.9, h300=0.5, h400=0.2, h500=0.15)
    recorded = log({"a": history}, [("a", 100)])
    # One false alarm a month is allowed: 0.5 is one, 0.2 would be the second; odds are 9 and 1.
    assert choose_threshold(recorded, max_false_alarms=1) == pytest.approx(0.75)


def test_higher_budget_lowers_the_threshold() -> None:
    history = quiet(MONTH, h96=0.3, h300=0.8, h400=0.6, h500=0.2)
    recorded = log({"a": history}, [("a", 100)])
    tight, loose = (choose_threshold(recorded, budget) for budget in (1, 3))
    assert loose < 0.3 < tight


def test_failure_that_would_cost_too_many_false_alarms_is_given_up() -> None:
    history = quiet(MONTH, h96=0.9, h196=0.1, **{f"h{hour}": 0.4 for hour in range(300, 360, 2)})
    recorded = log({"a": history}, [("a", 100), ("a", 200)])
    assert choose_threshold(recorded, max_false_alarms=1) == pytest.approx(0.9, abs=0.2)


def test_threshold_is_a_value_that_forecasts_can_be_compared_with_exactly() -> None:
    recorded = log({"a": quiet(MONTH, h96=0.9, h300=0.4)}, [("a", 100)])
    threshold = choose_threshold(recorded, max_false_alarms=1)
    assert threshold == float(np.float32(threshold))


def test_the_last_bits_of_forecasts_do_not_move_the_threshold() -> None:
    history = quiet(MONTH, h96=0.9, h300=0.4)
    there = [float(np.nextafter(np.float32(one), np.float32(1))) for one in history]
    found = {choose_threshold(log({"a": one}, [("a", 100)]), 1) for one in (history, there)}
    assert len(found) == 1


def test_merging_of_all_false_alarms_into_one_is_no_way_into_the_budget() -> None:
    history = [0.3 + 0.1 * (hour % 2) for hour in range(MONTH)]
    threshold = choose_threshold(log({"a": history}, []), max_false_alarms=1)
    assert threshold > 0.4


def test_without_failures_the_budget_alone_decides() -> None:
    history = quiet(MONTH, h10=0.7, h20=0.6, h30=0.5)
    threshold = choose_threshold(log({"a": history}, []), max_false_alarms=2)
    assert threshold == pytest.approx(0.6)


def test_equal_forecasts_everywhere_still_give_a_threshold() -> None:
    history = {name: [0.02] * DAY for name in "abc"}
    assert choose_threshold(log(history, []), max_false_alarms=0.1) > 0.02


@given(histories, breakdowns, st.floats(0.1, 50))
def test_chosen_threshold_keeps_the_budget(
    history: dict[str, list[float]], failures: list[tuple[str, float]], budget: float
) -> None:
    recorded = log(history, failures)
    threshold = choose_threshold(recorded, budget)
    assert 0 <= threshold <= 1
    assert recorded.count_false(threshold) <= max(1, budget * recorded.machine_months)


prices = st.builds(
    Costs,
    currency=st.just("EUR"),
    unplanned_failure=st.integers(51, 1000),
    planned_repair=st.integers(0, 50),
    visit_in_vain=st.integers(0, 100),
)


@given(histories, breakdowns, st.floats(0.1, 500), prices)
def test_no_other_threshold_of_the_budget_is_cheaper(
    history: dict[str, list[float]], failures: list[tuple[str, float]], budget: float, costs: Costs
) -> None:
    recorded = log(history, failures, costs)
    allowed = allowed_thresholds(recorded, budget)
    chosen = alarm_bill(recorded, choose_threshold(recorded, budget))
    others = [alarm_bill(recorded, threshold) for threshold in allowed]
    if any(other.planned_repairs for other in others):
        assert chosen.cost(costs) == min(other.cost(costs) for other in others)


@pytest.mark.parametrize(("visit", "caught"), [(10, True), (30, False)])
def test_failure_is_worth_announcing_while_its_false_alarms_cost_less(
    visit: float, caught: bool
) -> None:
    history = quiet(MONTH, h96=0.9, h196=0.3, h300=0.5, h400=0.5, h500=0.5, h600=0.5)
    costs = Costs(currency="EUR", unplanned_failure=150, planned_repair=50, visit_in_vain=visit)
    recorded = log({"a": history}, [("a", 100), ("a", 200)], costs)
    # The second failure costs 100 more unplanned, and four visits in vain to announce.
    assert (choose_threshold(recorded, max_false_alarms=10) < 0.4) == caught
