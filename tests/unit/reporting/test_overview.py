"""What a report says first of a plant's data."""

from datetime import timedelta

import pytest

from faultcast.reporting.overview import headline, machine_months, sensor_table, summary
from tests.unit.reporting.plants import DAYS, PLANT, RECORDS


def test_the_summary_tells_what_was_recorded_in_the_plants_time() -> None:
    assert summary(PLANT, RECORDS) == (
        "**Small plant**: 4 machines, 2 sensors each, read every 60 minutes from 2026-01-05 01:00 "
        "to 2026-02-14 00:00 (40 days). All times are in the time zone Europe/Berlin."
    )


def test_machine_months_count_the_time_that_each_machine_was_watched() -> None:
    watched = 4 * (timedelta(days=DAYS) - timedelta(hours=1))
    assert machine_months(RECORDS) == pytest.approx(watched / timedelta(days=30.4375))


def test_the_headline_counts_failures_and_messages() -> None:
    shown = repr(headline(RECORDS))
    assert "machines: 4" in shown
    assert "failures: 15" in shown
    assert "error messages: 14" in shown
    assert "replacements: 15" in shown


def test_the_sensor_table_shows_units_and_usual_readings() -> None:
    heat, flow = sensor_table(PLANT, RECORDS).frame.iter_rows(named=True)
    assert (heat["Sensor"], heat["Unit"], heat["Possible range"]) == ("heat", "°C", "-40 to 160")
    assert heat["Median"].startswith("60")
    assert flow["Missing"] == "0\u00a0%"
