from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultcast.config.simulation import Flaws
from faultcast.data.simulator.flaws import LoggedRows, log_readings
from tests.unit.data.small_plant import clock_of

CLOCK = clock_of("300d")
TRUE = np.column_stack([np.arange(CLOCK.steps) + 1.0, -np.arange(CLOCK.steps) - 1.0])


def _log(seed: int = 1, readings: np.ndarray = TRUE, **flaws: Any) -> LoggedRows:
    lengths = {"outage": "6h", "delay": "5h", "stuck": "8h", "fault_value": -999}
    rng = np.random.default_rng(seed)
    return log_readings(readings, Flaws.model_validate(lengths | flaws), CLOCK, rng)


def test_without_flaws_the_log_says_what_was() -> None:
    rows = _log()
    assert np.array_equal(rows.readings, TRUE)
    assert np.array_equal(rows.hours, CLOCK.hours)
    assert np.array_equal(rows.arrival, CLOCK.hours)


def test_cells_go_missing_and_turn_into_the_fault_value() -> None:
    said = _log(missing_cells=0.1, spikes=0.05).readings
    assert np.isnan(said).mean() == pytest.approx(0.1, abs=0.01)
    assert (said == -999).mean() == pytest.approx(0.05, abs=0.01)


def test_rows_go_missing_one_by_one_and_in_outages() -> None:
    assert len(_log(missing_rows=0.1).hours) / CLOCK.steps == pytest.approx(0.9, abs=0.01)
    gaps = np.diff(_log(outages_per_month=3).hours)
    assert 10 < (gaps > 1).sum() < 60
    assert np.median(gaps[gaps > 1]) == pytest.approx(7, abs=4)


def test_a_standstill_is_not_logged() -> None:
    readings = TRUE.copy()
    readings[100:110] = np.nan
    assert not np.isin(_log(readings=readings).hours, np.arange(100, 110)).any()


def test_late_rows_arrive_after_they_were_read() -> None:
    rows = _log(late_rows=0.1)
    delay = rows.arrival - rows.hours
    assert (delay > 0).mean() == pytest.approx(0.1, abs=0.02)
    assert delay[delay > 0].mean() == pytest.approx(5, abs=1)


def test_repeated_rows_say_the_same_twice() -> None:
    rows = _log(repeated_rows=0.1)
    again = rows.hours[CLOCK.steps :].astype(int)
    assert len(again) / CLOCK.steps == pytest.approx(0.1, abs=0.02)
    assert np.array_equal(rows.readings[CLOCK.steps :], rows.readings[again])


def test_corrected_rows_are_right_the_second_time() -> None:
    rows = _log(corrected_rows=0.1)
    again = rows.hours[CLOCK.steps :].astype(int)
    assert np.array_equal(rows.readings[CLOCK.steps :], TRUE[again])
    assert ((rows.readings[again] == 0).sum(axis=1) == 1).all()
    assert (rows.arrival[CLOCK.steps :] > rows.arrival[again]).all()


def test_a_stuck_sensor_repeats_its_reading() -> None:
    said = _log(stuck_per_month=3).readings
    still = np.diff(said, axis=0) == 0
    assert 100 < still.sum() < 1000
    assert not still.all(axis=1).any()


def test_a_stuck_sensor_stays_silent_in_a_standstill() -> None:
    readings = TRUE.copy()
    readings[::2] = np.nan
    assert len(_log(readings=readings, stuck_per_month=50).hours) == CLOCK.steps // 2


@given(seed=st.integers(0, 300))
def test_flaws_invent_no_instant_and_nothing_arrives_early(seed: int) -> None:
    shares = dict.fromkeys(("late_rows", "repeated_rows", "corrected_rows", "missing_rows"), 0.1)
    rows = _log(seed, **shares)
    assert np.isin(rows.hours, CLOCK.hours).all()
    assert (rows.arrival >= rows.hours).all()
