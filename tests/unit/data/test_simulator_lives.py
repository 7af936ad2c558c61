from itertools import pairwise
from math import gamma
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultcast.config.simulation import Component
from faultcast.data.simulator.clock import Clock
from faultcast.data.simulator.lives import Life, Wear, component_lives, wear_of
from tests.unit.data.small_plant import clock_of, steady, stored

CLOCK = clock_of()
NEVER = "30000d"
SEAL = stored("simulation")["components"]["seal"]


def _component(**changes: Any) -> Component:
    return Component.model_validate(SEAL | changes)


def _lives(component: Component, clock: Clock = CLOCK, seed: int = 1) -> tuple[list[Life], Wear]:
    wear = wear_of(component, steady(clock), 1.0, clock)
    return component_lives(component, wear, np.random.default_rng(seed)), wear


@pytest.mark.parametrize("shape", [1.0, 3.0])
def test_lives_without_planned_replacement_follow_weibull(shape: float) -> None:
    component = _component(life="20h", shape=shape, replaced_after=NEVER)
    lives, _ = _lives(component, clock_of("4000d"))
    ages = np.sort([life.end - life.installed for life in lives[1:-1]])
    expected = 20 * (-np.log(1 - (np.arange(len(ages)) + 0.5) / len(ages))) ** (1 / shape)
    assert len(ages) > 4000
    assert ages.mean() == pytest.approx(20 * gamma(1 + 1 / shape), rel=0.03)
    middle = slice(len(ages) // 20, -len(ages) // 20)
    assert ages[middle] == pytest.approx(expected[middle], rel=0.08)


def test_wear_grows_with_a_power_of_load_with_heat_and_with_pace() -> None:
    component = _component(load_power=2, heat_factor=1.5)
    usual = wear_of(component, steady(CLOCK), 1.0, CLOCK)
    assert usual.worn == pytest.approx(CLOCK.hours)
    loaded = wear_of(component, steady(CLOCK, load=1.5), 1.0, CLOCK)
    assert loaded.worn == pytest.approx(1.5**2 * CLOCK.hours)
    heated = wear_of(component, steady(CLOCK, heat=20), 1.2, CLOCK)
    assert heated.worn == pytest.approx(1.2 * 1.5**2 * CLOCK.hours)


def test_harder_work_makes_components_fail_earlier() -> None:
    component = _component(replaced_after=NEVER, load_power=2)
    failures = {}
    for load in (0.8, 1.2):
        wear = wear_of(component, steady(CLOCK, load=load), 1.0, CLOCK)
        lives = [component_lives(component, wear, np.random.default_rng(s)) for s in range(50)]
        failures[load] = sum(life.failed for series in lives for life in series)
    assert failures[1.2] > 1.5 * failures[0.8]


@given(seed=st.integers(0, 500), life=st.integers(2, 60), planned=st.integers(2, 60))
def test_a_component_is_followed_by_its_successor(seed: int, life: int, planned: int) -> None:
    component = _component(life=f"{life}d", replaced_after=f"{planned}d")
    lives, wear = _lives(component, seed=seed)
    assert lives[0].installed <= 0 < lives[0].end
    assert all(after.installed == before.end for before, after in pairwise(lives))
    assert all(life.end <= wear.hours[-1] for life in lives[:-1])
    assert lives[-1].end > wear.hours[-1]


@given(seed=st.integers(0, 500))
def test_a_component_fails_when_its_wear_since_installation_is_used_up(seed: int) -> None:
    lives, wear = _lives(_component(), seed=seed)
    for life in lives:
        if life.failed:
            assert wear.at(life.end) == pytest.approx(life.worn_out)
        else:
            assert wear.at(min(life.end, wear.hours[-1])) <= life.worn_out


def test_planned_replacement_comes_at_six_and_spares_failures() -> None:
    lives, _ = _lives(_component(life="200d", replaced_after="10d"))
    planned = [life.end for life in lives if not life.failed]
    assert len(planned) > 5
    assert {end % 24 for end in planned} == {6.0}
    ages = [life.end - life.installed for life in lives[1:] if not life.failed]
    assert 8 * 24 < min(ages) <= max(ages) < 13 * 24
