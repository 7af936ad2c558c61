from typing import Any

import numpy as np
import pytest

from faultcast.config.simulation import Component
from faultcast.data.simulator.damage import component_damage, with_upsets
from faultcast.data.simulator.lives import Life, wear_of
from faultcast.data.simulator.messages import machine_messages
from faultcast.data.simulator.readings import machine_readings
from tests.unit.data.small_plant import clock_of, small_simulation, steady, stored

CLOCK = clock_of("30d")
SEAL = Component.model_validate(stored("simulation")["components"]["seal"])
WEAR = wear_of(SEAL, steady(CLOCK), 1.0, CLOCK)
LEAK = {"warning": 30.0, "strength": 1.1}


def _life(**changes: Any) -> Life:
    life = {"installed": 0.0, "worn_out": 200.0, "mode": "leaking", "end": 200.0, "failed": True}
    return Life(**{**life, **LEAK, **changes})


def _leak(life: Life) -> np.ndarray:
    return component_damage(SEAL, [life], WEAR)["leaking"]


def test_damage_grows_through_the_warning_time_up_to_the_failure() -> None:
    damage = _leak(_life())
    assert not damage[:171].any()
    assert (np.diff(damage[170:201]) > 0).all()
    assert damage[200] == pytest.approx(1.1)


def test_replacement_takes_the_damage_away() -> None:
    damage = _leak(_life(end=190.0, failed=False))
    assert damage[190] > 0.5
    assert not damage[191:].any()


def test_a_sudden_failure_shows_no_damage() -> None:
    assert component_damage(SEAL, [_life(mode="burst", warning=0.0)], WEAR).keys() == {"leaking"}
    assert not _leak(_life(mode="burst", warning=0.0)).any()


def test_symptoms_shift_sensors_as_configured_and_more_under_load() -> None:
    simulation = small_simulation()
    model = simulation.models["A"]
    shifts = {}
    for load in (0.5, 1.0):
        with_leak, without = (
            machine_readings(
                simulation,
                model,
                steady(CLOCK, load=load),
                {("seal", "leaking"): damage},
                CLOCK,
                np.random.default_rng(1),
            )
            for damage in (_leak(_life()), np.zeros(CLOCK.steps))
        )
        assert with_leak[:171] == pytest.approx(without[:171])
        shifts[load] = (with_leak - without)[200]
    assert shifts[1.0] == pytest.approx([-12 * 1.1, -2 * 1.1, 0])
    assert shifts[0.5] == pytest.approx(shifts[1.0] / 2)


def test_scatter_widens_the_noise_and_leaves_the_mean() -> None:
    modes = stored("simulation")["components"]
    modes["bearing"]["modes"]["worn"]["symptoms"] = {"vibration": {"scatter": 2}}
    simulation, clock = small_simulation(components=modes), clock_of("2000d")
    readings = machine_readings(
        simulation,
        simulation.models["A"],
        steady(clock),
        {("bearing", "worn"): np.where(np.arange(clock.steps) < clock.steps // 2, 0.0, 1.0)},
        clock,
        np.random.default_rng(1),
    )[:, 2]
    healthy, damaged = np.split(readings, 2)
    assert damaged.std() == pytest.approx(3 * healthy.std(), rel=0.05)
    assert damaged.mean() == pytest.approx(healthy.mean(), abs=0.05)


def test_models_differ_in_level_and_in_how_clearly_they_show_damage() -> None:
    models = {"A": {"share": 1}, "B": {"share": 1, "visibility": 0.5, "levels": {"flow": 7}}}
    simulation = small_simulation(models=models)
    damage = {("seal", "leaking"): _leak(_life())}
    a, b = (
        machine_readings(simulation, m, steady(CLOCK), damage, CLOCK, np.random.default_rng(1))
        for m in simulation.models.values()
    )
    assert (b - a)[0] == pytest.approx([7, 0, 0])
    assert (b - a)[200] == pytest.approx([7 + 12 * 1.1 / 2, 2 * 1.1 / 2, 0])


def test_messages_come_more_often_from_a_damaged_machine() -> None:
    simulation, clock = small_simulation(), clock_of("2000d")
    sent = machine_messages(
        simulation,
        steady(clock),
        {("seal", "leaking"): np.where(clock.hours < clock.end / 2, 0.0, 1.0)},
        clock,
        np.random.default_rng(1),
    )
    early, late = (np.sum((sent["low_pressure"] < clock.end / 2) == half) for half in (True, False))
    assert early / 1000 == pytest.approx(12 / 365.25, rel=0.4)
    assert late / 1000 == pytest.approx(3 + 12 / 365.25, rel=0.1)


def test_messages_stand_between_the_first_and_the_last_reading() -> None:
    simulation = small_simulation(messages={"low_pressure": 1e6, "hot": 1e6})
    sent = machine_messages(simulation, steady(CLOCK), {}, CLOCK, np.random.default_rng(1))
    assert len(sent["hot"]) == CLOCK.steps - 1
    assert 0 <= min(sent["hot"]) <= max(sent["hot"]) <= CLOCK.end


def test_upsets_pass_and_change_no_true_damage() -> None:
    simulation = small_simulation(upsets={"per_month": 5, "length": "12h", "strength": 0.5})
    true = {("seal", "leaking"): _leak(_life())}
    before = true["seal", "leaking"].copy()
    seen = with_upsets(true, simulation, CLOCK, np.random.default_rng(1))
    assert true["seal", "leaking"] == pytest.approx(before)
    added = seen["seal", "leaking"] - before
    assert 0.1 < added.max() < 1.1
    assert 0 < np.mean(added > 1e-9) < 0.5
