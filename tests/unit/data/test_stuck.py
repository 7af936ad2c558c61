import random
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from faultcast.data.stuck import StuckRun, find_stuck

START = datetime(2026, 1, 1, tzinfo=UTC)


def _runs(**machines: list[float | None]) -> list[StuckRun]:
    frames = [
        pl.DataFrame(
            {
                "machine": [machine] * len(values),
                "time": [START + timedelta(hours=hour) for hour in range(len(values))],
                "heat": pl.Series(values, dtype=pl.Float64),
            }
        )
        for machine, values in machines.items()
    ]
    return list(find_stuck(pl.concat(frames)))


def _lively(count: int) -> list[float | None]:
    return [20 + random.Random(seed).random() for seed in range(count)]


def test_a_long_repetition_is_found_with_its_place() -> None:
    (run,) = _runs(a=[*_lively(100), *[7.0] * 12, *_lively(200)])
    assert (run.machine, run.sensor, run.readings, run.value) == ("a", "heat", 12, 7.0)
    assert run.start == START + timedelta(hours=100)
    assert run.end == START + timedelta(hours=111)


def test_a_repetition_at_the_end_is_found() -> None:
    assert [run.readings for run in _runs(a=[*_lively(200), *[7.0] * 15])] == [15]


@pytest.mark.parametrize("values", [[7.0] * 11, [7.0] * 6 + [None] + [7.0] * 6, [None] * 30])
def test_short_broken_or_missing_repetitions_are_not_stuck(values: list[float | None]) -> None:
    assert _runs(a=[*_lively(150), *values, *_lively(150)]) == []


def test_repetitions_of_two_machines_do_not_add_up() -> None:
    assert _runs(a=[*_lively(200), *[7.0] * 8], b=[*[7.0] * 8, *_lively(200)]) == []


def test_a_sensor_that_rests_by_nature_is_left_out() -> None:
    counter: list[float | None] = [float(hour // 20) for hour in range(300)]
    assert _runs(a=counter, b=counter, c=_lively(300)) == []


def test_one_dead_sensor_among_lively_ones_is_found() -> None:
    (run,) = _runs(a=_lively(300), b=_lively(300), c=[5.0] * 300)
    assert (run.machine, run.readings) == ("c", 300)
