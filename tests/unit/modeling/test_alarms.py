from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultcast.config.plant import Costs
from faultcast.modeling.alarms import AlarmLog, AlarmTerms

START = datetime(2026, 3, 1, tzinfo=UTC)
TERMS = AlarmTerms(timedelta(hours=6), timedelta(hours=3), timedelta(hours=1))
CLOCK = pl.Datetime("us", "UTC")


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def log(
    probabilities: dict[str, list[float]],
    failures: list[tuple[str, float]],
    costs: Costs | None = None,
) -> AlarmLog:
    """Lay hourly probabilities of machines beside failures (machine, hour)."""
    rows = [
        (machine, at(hour), value)
        for machine, values in probabilities.items()
        for hour, value in enumerate(values)
    ]
    forecasts = pl.DataFrame(
        rows,
        schema={"machine": pl.String, "time": CLOCK, "probability_machine": pl.Float32},
        orient="row",
    )
    happened = pl.DataFrame(
        [(machine, at(hour), "pump") for machine, hour in failures],
        schema={"machine": pl.String, "time": CLOCK, "component": pl.String},
        orient="row",
    )
    return AlarmLog(forecasts, happened, replace(TERMS, costs=costs))


def alarms(rows: int, *hours: int) -> list[float]:
    return [0.9 if hour in hours else 0.1 for hour in range(rows)]


@pytest.mark.parametrize(
    ("alarm_hour", "announced", "in_time"),
    [
        (3, False, False),  # more than the horizon before the failure
        (4, True, True),  # exactly the horizon
        (7, True, True),  # exactly the lead time
        (8, True, False),  # too late to act
        (9, True, False),
        (10, False, False),  # at the failure itself
    ],
)
def test_failure_is_announced_by_an_alarm_within_the_horizon_before_it(
    alarm_hour: int, announced: bool, in_time: bool
) -> None:
    found = log({"a": alarms(20, alarm_hour)}, [("a", 10)]).announcements(0.5).row(0, named=True)
    assert (found["announced"], found["in_time"]) == (announced, in_time)
    assert found["lead_hours"] == (10 - alarm_hour if announced else None)


def test_lead_counts_from_the_first_alarm_of_the_horizon() -> None:
    found = log({"a": alarms(20, 5, 8, 9)}, [("a", 10)]).announcements(0.5)
    assert found["lead_hours"].item() == 5
    assert found["announced_at"].item() == at(5)


def test_alarm_of_another_machine_announces_nothing() -> None:
    found = log({"a": alarms(20), "b": alarms(20, 6)}, [("a", 10)]).announcements(0.5)
    assert not found["announced"].item()


@pytest.mark.parametrize(
    ("hour", "counts"),
    [(2.9, False), (3, True), (10, True), (20, True), (20.1, False)],
)
def test_only_failures_that_could_be_announced_in_time_count(hour: float, counts: bool) -> None:
    assert log({"a": alarms(20)}, [("a", hour)]).failures.height == int(counts)


@pytest.mark.parametrize(
    ("failure_hour", "false"),
    [(3, True), (3.5, False), (5, False), (10, False), (10.5, True)],
)
def test_episode_is_false_without_a_failure_between_its_first_row_and_the_horizon_of_its_last(
    failure_hour: float, false: bool
) -> None:
    episodes = log({"a": alarms(20, 3, 4)}, [("a", failure_hour)]).episodes(0.5)
    assert episodes["false"].to_list() == [false]


def test_episode_is_a_run_of_one_machines_rows() -> None:
    episodes = log({"a": alarms(6, 0, 1, 3, 5), "b": alarms(6, 0, 1)}, []).episodes(0.5)
    assert episodes.select("machine", "first", "last", "rows").rows() == [
        ("a", at(0), at(1), 2),
        ("a", at(3), at(3), 1),
        ("a", at(5), at(5), 1),
        ("b", at(0), at(1), 2),
    ]


def test_machine_time_is_that_of_the_rows() -> None:
    months = log({"a": alarms(1461), "b": alarms(730)}, []).machine_months
    assert months == pytest.approx(3, abs=0.001)


chances = st.sampled_from([0.125, 0.25, 0.5, 0.75, 0.875])  # float32 knows them exactly
histories = st.fixed_dictionaries(
    {name: st.lists(chances, min_size=1, max_size=40) for name in "ab"}
)
breakdowns = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 45)), max_size=6)


@given(histories, breakdowns, chances, chances)
def test_lower_threshold_never_announces_fewer_failures(
    history: dict[str, list[float]], failures: list[tuple[str, float]], one: float, other: float
) -> None:
    lower, higher = (
        log(history, failures).announcements(threshold) for threshold in sorted([one, other])
    )
    for column in ("announced", "in_time"):
        assert (lower[column] | ~higher[column]).all()


@given(histories, breakdowns, chances)
def test_peaks_tell_how_many_failures_a_threshold_announces_in_time(
    history: dict[str, list[float]], failures: list[tuple[str, float]], threshold: float
) -> None:
    recorded = log(history, failures)
    in_time = recorded.announcements(threshold)["in_time"].sum()
    assert np.count_nonzero(recorded.peaks >= threshold) == in_time


@given(histories, breakdowns, chances)
def test_episodes_are_as_defined_row_by_row(
    history: dict[str, list[float]], failures: list[tuple[str, float]], threshold: float
) -> None:
    expected = []
    for machine, values in sorted(history.items()):
        run: list[int] = []
        for hour, value in enumerate([*values, 0.0]):
            if value >= threshold:
                run.append(hour)
            elif run:
                right = any(
                    name == machine and run[0] < failed <= run[-1] + 6 for name, failed in failures
                )
                expected.append((machine, at(run[0]), at(run[-1]), len(run), not right))
                run = []
    recorded = log(history, failures)
    assert recorded.episodes(threshold).rows() == expected
    assert recorded.count_false(threshold) == sum(episode[-1] for episode in expected)


@pytest.mark.parametrize(
    ("hours", "failure_hour", "in_vain"),
    [
        (range(1), 50, 1),
        (range(1), 6, 0),
        (range(6), 50, 1),
        (range(7), 50, 2),  # the alarm still stands after a horizon: planners go again
        (range(13), 13, 2),
        (range(13), 18, 2),
        (range(13), 12, 2),
    ],
)
def test_standing_alarm_is_visited_again_after_each_horizon(
    hours: range, failure_hour: float, in_vain: int
) -> None:
    recorded = log({"a": alarms(60, *hours), "b": alarms(60)}, [("a", failure_hour)])
    assert recorded.count_visits_in_vain(0.5) == in_vain


@given(histories, breakdowns, chances)
def test_visits_are_as_defined_row_by_row(
    history: dict[str, list[float]], failures: list[tuple[str, float]], threshold: float
) -> None:
    in_vain = 0
    for machine, values in history.items():
        began = None
        for hour, value in enumerate(values):
            if value < threshold:
                began = None
            elif began is None or (hour - began) % 6 == 0:
                began = hour if began is None else began
                fails = any(name == machine and hour < at <= hour + 6 for name, at in failures)
                in_vain += not fails
    assert log(history, failures).count_visits_in_vain(threshold) == in_vain
