import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultcast.data.guess_sensors import guess_sensor, sensible_range


def _series(*values: float | str | None) -> pl.Series:
    return pl.Series("column", list(values), strict=False)


@pytest.mark.parametrize(
    ("column", "name", "unit", "told"),
    [
        ("volt", "volt", "V", False),
        ("Air temperature [K]", "Air_temperature", "K", True),
        ("oil pressure (psi)", "oil_pressure", "psi", True),
        ("POWER_KW", "POWER_KW", "kW", False),
        ("rotate", "rotate", "rpm", False),
        ("thingummy", "thingummy", "", False),
    ],
)
def test_names_tell_units(column: str, name: str, unit: str, told: bool) -> None:
    guess = guess_sensor(column, _series(1.0, 2.0), set())
    assert guess is not None
    assert (guess.name, guess.column, guess.unit, guess.unit_told) == (name, column, unit, told)


def test_a_taken_name_is_avoided() -> None:
    guess = guess_sensor("pump", _series(1.0, 2.0), {"pump"})
    assert guess is not None
    assert (guess.name, guess.column) == ("pump_reading", "pump")


@pytest.mark.parametrize("values", [(), (None, None), (3.0, 3.0), ("x", "y"), (float("nan"), 1.0)])
def test_what_never_changes_is_no_sensor(values: tuple[float | str | None, ...]) -> None:
    assert guess_sensor("heat", _series(*values), set()) is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=300, unique=True))
def test_ranges_are_wider_than_usual_readings(values: list[float]) -> None:
    readings = pl.Series(values)
    low, high = sensible_range(readings)
    assert low < high
    assert low <= (readings.quantile(0.01) or 0.0)
    assert high >= (readings.quantile(0.99) or 0.0)


def test_ranges_are_round_and_stay_positive() -> None:
    assert sensible_range(_series(97.3, 255.1)) == (0.0, 350.0)
    assert sensible_range(_series(0.5, 8.0)) == (0.0, 12.0)
    assert sensible_range(_series(0.5, 8.0), below_zero=True) == (-3.5, 12.0)


def test_a_code_for_no_reading_does_not_widen_the_range() -> None:
    readings = pl.Series([20.0 + n % 10 for n in range(5000)] + [-9999.0, 65535.0])
    assert sensible_range(readings) == (15.5, 33.5)
