"""The figures of the exploration: what their titles find and what their axes hold."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.reporting.approach import align
from faultcast.reporting.error_codes import codes_before_failures, messages
from faultcast.reporting.failures import failures_over_time
from faultcast.reporting.missing import missing_shares, missingness
from faultcast.reporting.precursors import (
    before_failures,
    explained,
    telling_sensors,
    top_sensors,
)
from faultcast.reporting.rhythms import seasons
from faultcast.reporting.sensors import distributions
from tests.unit.reporting.plants import MACHINES, PLANT, RECORDS

BEFORE = timedelta(hours=48)
APPROACH = align(PLANT, RECORDS, BEFORE)


def changed(**settings: object) -> Plant:
    return Plant.model_validate({**PLANT.model_dump(), **settings})


def with_flow(value: pl.Expr) -> Canonical:
    telemetry = RECORDS.telemetry.with_columns(value.alias("flow"))
    return Canonical(telemetry, RECORDS.events, RECORDS.machines)


def test_the_distribution_names_the_sensor_that_moves_before_failures() -> None:
    picture = distributions(PLANT, RECORDS)
    assert picture.finding.startswith("In the 12 h before a failure heat reads higher")
    assert [axes.get_xlabel() for axes in picture.figure.axes] == ["°C", "l/min"]


def test_histograms_are_cut_between_the_steps_of_a_rounded_sensor() -> None:
    rounded = with_flow(pl.col("flow").round())
    outline = distributions(PLANT, rounded).figure.axes[1].patches[0].get_path().vertices
    edges = np.unique(np.asarray(outline)[:, 0])
    assert np.allclose(edges % 1, 0.5)


def test_a_constant_sensor_is_said_to_be_one() -> None:
    axes = distributions(PLANT, with_flow(pl.lit(3.0))).figure.axes[1]
    assert [text.get_text() for text in axes.texts] == ["no reading changes"]


def test_seasons_name_the_sensor_that_follows_the_clock() -> None:
    picture = seasons(PLANT, RECORDS)
    assert picture.finding.startswith("Flow follows the time of day most")
    by_hour = picture.figure.axes[3].lines[0].get_ydata()
    assert np.ptp(np.asarray(by_hour)) == pytest.approx(10, abs=0.5)


def test_seasons_of_steady_sensors_are_none() -> None:
    steady = with_flow(pl.lit(2.0))
    telemetry = steady.telemetry.with_columns(pl.lit(60.0).alias("heat"))
    picture = seasons(PLANT, Canonical(telemetry, RECORDS.events, RECORDS.machines))
    assert picture.finding == "No sensor follows the clock or the calendar"


def test_bars_hold_every_failure_once() -> None:
    picture = failures_over_time(PLANT, RECORDS)
    assert sum(bar.get_height() for bar in picture.figure.axes[0].patches) == 15
    assert picture.finding == (
        "15 failures in 40 days, 2.86 per machine-month; pump fails most often (10 of 15)"
    )


def test_the_share_of_failures_with_a_message_before_is_counted() -> None:
    first, second = codes_before_failures(PLANT, RECORDS).iter_rows(named=True)
    assert (first["code"], first["pump"], first["belt"]) == ("E1", 1.0, 0.0)
    assert (second["code"], second["pump"]) == ("E2", 0.0)
    assert first["chance"] == pytest.approx(10 * 12 / (4 * (40 * 24 - 1)))


def test_overlapping_messages_do_not_count_twice_as_chance() -> None:
    twice = RECORDS.events.filter(kind="error", code="E2").with_columns(
        pl.col("time") + timedelta(hours=3)
    )
    events = pl.concat([RECORDS.events, twice]).sort("machine", "time")
    table = codes_before_failures(PLANT, Canonical(RECORDS.telemetry, events, RECORDS.machines))
    assert table["chance"][1] == pytest.approx(4 * 15 / (4 * (40 * 24 - 1)))


def test_messages_name_the_code_that_announces_and_the_component_that_has_none() -> None:
    assert messages(PLANT, RECORDS).finding == (
        "E1 precedes 100\u00a0% of pump failures, chance alone would put it before 3.1\u00a0%; "
        "nothing announces belt"
    )


def test_a_plant_without_an_error_log_is_told_so() -> None:
    assert messages(changed(errors=None), RECORDS).finding == (
        "This plant keeps no log of error messages"
    )


def test_the_heat_map_names_the_telling_sensor() -> None:
    picture = telling_sensors(PLANT, APPROACH)
    assert picture.finding == "Most telling: heat for pump; no single sensor tells of belt"
    grid = np.asarray(picture.figure.axes[0].images[0].get_array())
    assert grid.shape == (2, 2)
    assert grid[0, 0] == pytest.approx(4, abs=0.5)


def test_the_most_telling_sensor_comes_first() -> None:
    assert top_sensors(PLANT, APPROACH, "pump") == ["heat", "flow"]


def test_the_approach_says_how_early_a_sensor_tells() -> None:
    picture = before_failures(PLANT, APPROACH)
    assert "pump 20\u00a0h" in picture.finding
    titles = [axes.get_title(loc="left") for axes in picture.figure.axes]
    assert titles[:2] == ["pump: heat", "pump: flow"]
    assert "15 failures aligned" in explained(APPROACH, BEFORE)


def test_a_component_that_never_failed_has_an_empty_place() -> None:
    plant = changed(components=["pump", "belt", "fan"])
    picture = before_failures(plant, align(plant, RECORDS, BEFORE))
    texts = [text.get_text() for text in picture.figure.axes[4].texts]
    assert texts == ["no failure in the data"]
    assert "fan" in telling_sensors(plant, align(plant, RECORDS, BEFORE)).finding


def test_missing_readings_are_counted_against_what_was_due() -> None:
    shares = missing_shares(PLANT, RECORDS)
    assert shares["expected"].sum() == pytest.approx(4 * 40 * 24 * 2)
    assert shares["got"].sum() == (4 * 40 - 2) * 24 * 2
    silent = shares.with_columns((pl.col("expected") - pl.col("got")).alias("owed"))
    assert silent.filter(pl.col("owed") > 1)["machine"].to_list() == ["m10"]


def test_the_silent_machine_is_named() -> None:
    picture = missingness(PLANT, RECORDS)
    assert picture.finding == (
        "1.2\u00a0% of all readings are missing; most on machine m10 in the week of 2026-01-12 "
        "(29\u00a0%)"
    )
    labels = [label.get_text() for label in picture.figure.axes[0].get_yticklabels()]
    assert labels == list(MACHINES)


def test_a_complete_record_misses_nothing() -> None:
    whole = RECORDS.telemetry.filter(pl.col("machine") != "m10")
    picture = missingness(PLANT, Canonical(whole, RECORDS.events, RECORDS.machines))
    assert picture.finding == "No reading is missing"
