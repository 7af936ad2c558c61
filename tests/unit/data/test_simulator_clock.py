from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from faultcast.data.simulator.clock import Clock
from faultcast.data.simulator.conditions import Conditions, hall_heat, machine_conditions
from tests.unit.data.small_plant import clock_of, small_simulation


def _conditions(clock: Clock, seed: int = 1) -> Conditions:
    simulation, rng = small_simulation(), np.random.default_rng(seed)
    return machine_conditions(
        simulation.load, hall_heat(simulation.climate, clock, rng), clock, rng
    )


def test_the_first_instant_is_a_local_midnight() -> None:
    clock = clock_of()
    assert clock.times([0.0]).to_list() == [datetime(2026, 1, 4, 23, tzinfo=UTC)]
    assert clock.hour_of_day[0] == 0
    assert clock.weekday[0] == 1


def test_days_follow_local_clocks_through_the_change_to_summer_time() -> None:
    clock = clock_of()
    assert set(clock.hour_of_day[-48:]) == set(range(24))
    assert clock.hour_of_day[-1] == 0  # 90 days of 24 hours, one of which had 23
    assert 2 not in clock.hour_of_day[clock.day_of_year == 88]


def test_ten_minute_instants_are_whole_minutes() -> None:
    clock = clock_of("10d", timedelta(minutes=10))
    times = clock.times(clock.hours)
    assert times.diff().drop_nulls().unique().to_list() == [timedelta(minutes=10)]


def test_events_are_cut_to_whole_minutes() -> None:
    assert clock_of().times([1.0, 1.0166, 1.9999]).dt.minute().to_list() == [0, 0, 59]


def test_machines_work_harder_by_day_than_at_weekends() -> None:
    clock = clock_of()
    load = _conditions(clock).load
    weekend, day = clock.weekday > 5, (clock.hour_of_day >= 6) & (clock.hour_of_day < 22)
    assert load[~weekend & day].mean() > load[~weekend & ~day].mean() > load[weekend].mean() > 0.5
    saturday, sunday = (load[clock.weekday == number].mean() for number in (6, 7))
    assert saturday == pytest.approx(sunday, rel=0.05)


def test_a_product_stays_for_a_campaign() -> None:
    products = _conditions(clock_of()).product
    changes = np.flatnonzero(np.diff(products))
    assert 10 < len(changes) < 40
    assert np.diff(changes).min() >= 8


def test_summer_is_warmer_than_winter_and_the_afternoon_than_the_night() -> None:
    clock = clock_of("365d")
    heat = hall_heat(small_simulation().climate, clock, np.random.default_rng(1))
    july, january = (clock.day_of_year // 30 == month for month in (6, 0))
    assert heat[july].mean() > heat[january].mean() + 5
    assert heat[clock.hour_of_day == 15].mean() > heat[clock.hour_of_day == 3].mean() + 3
