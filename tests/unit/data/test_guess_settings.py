from datetime import timedelta

import pytest

from faultcast.data.guess_settings import suggest_settings

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("interval", [timedelta(minutes=1), timedelta(minutes=10), HOUR])
def test_readings_at_least_hourly_give_a_days_horizon(interval: timedelta) -> None:
    settings = suggest_settings(interval, rows=10_000)
    assert (settings.horizon, settings.stride, settings.lead_time) == (24 * HOUR, HOUR, 12 * HOUR)
    assert settings.windows == (3 * HOUR, 24 * HOUR)


def test_rarer_readings_stretch_everything() -> None:
    settings = suggest_settings(timedelta(days=1), rows=10_000)
    assert settings.horizon == timedelta(days=24)
    assert settings.stride == timedelta(days=1)
    assert min(settings.windows) == timedelta(days=3)


def test_many_forecasts_are_made_less_often() -> None:
    assert suggest_settings(HOUR, rows=200_000).stride == 3 * HOUR
    assert suggest_settings(timedelta(minutes=10), rows=200_000).stride == HOUR
