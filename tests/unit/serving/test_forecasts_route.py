from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from httpx import Client

from faultcast.data.canonical import Canonical
from faultcast.serving.served import ServedPlant
from tests.unit.serving.conftest import Kept
from tests.unit.serving.pumps import recent

URL = "/plants/small/forecasts"


@pytest.fixture(scope="module")
def moment(test_rows: pl.DataFrame) -> datetime:
    """Return a time at which every pump has been running for days."""
    complete = test_rows.drop_nulls().group_by("time").len().filter(pl.col("len") == 6)
    time: datetime = complete["time"].sort()[10]
    return time


def forecasts(client: Client, body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    response = client.post(URL, json=body)
    assert response.status_code == 200, response.text
    return {one["machine"]: one for one in response.json()["forecasts"]}


def test_forecast_from_raw_readings_is_that_of_the_training_row(
    client: Client, plant: ServedPlant, canonical: Canonical, test_rows: pl.DataFrame
) -> None:
    expected = plant.model.forecast(test_rows)
    compared = 0
    for time in test_rows["time"].unique().sort()[8::25]:
        told = forecasts(client, recent(canonical, time))
        for row in expected.filter(pl.col("time") == time).iter_rows(named=True):
            found = told[row["machine"]]
            if found["status"] != "ok":
                continue
            compared += 1
            assert found["probability"] == pytest.approx(row["probability_machine"], abs=1e-5)
            for part in found["components"]:
                name = f"probability_{part['component']}"
                assert part["probability"] == pytest.approx(row[name], abs=1e-5)
    assert compared > 20


def test_own_column_names_are_understood(
    client: Client, canonical: Canonical, moment: datetime
) -> None:
    body = recent(canonical, moment)
    own = {"machine": "pump", "code": "part"}

    def renamed(rows: list[dict[str, Any]], **names: str) -> list[dict[str, Any]]:
        return [{names.get(key, key): value for key, value in row.items()} for row in rows]

    events = body["events"]
    of_kind = {
        kind: [
            {k: v for k, v in row.items() if k != "kind"} for row in events if row["kind"] == kind
        ]
        for kind in ("error", "maintenance", "failure")
    }
    as_the_plant_does = {
        "at": body["at"],
        "readings": renamed(body["readings"], machine="pump"),
        "errors": renamed(of_kind["error"], machine="pump"),
        "maintenance": renamed(of_kind["maintenance"], **own),
        "failures": renamed(of_kind["failure"], **own),
    }
    assert forecasts(client, as_the_plant_does) == forecasts(client, body)


def test_machines_that_cannot_be_forecast_are_told_why_and_the_others_are_answered(
    client: Client, canonical: Canonical, moment: datetime, sink: Kept
) -> None:
    body = recent(canonical, moment)
    names = sorted({row["machine"] for row in body["readings"]})
    young, old, odd, *others = names
    at = moment
    body["readings"] = [
        row | ({"flwo": 1} if row["machine"] == odd else {})
        for row in body["readings"]
        if not (
            row["machine"] == young and row["time"] < str(at - timedelta(hours=9)).replace(" ", "T")
        )
        and not (
            row["machine"] == old and row["time"] > str(at - timedelta(hours=5)).replace(" ", "T")
        )
    ]
    body["machines"] = [{"machine": "P99", "model": "A"}]
    told = forecasts(client, body)
    assert {name: one["status"] for name, one in told.items()} == {
        young: "too_little_history",
        old: "old_data",
        odd: "unknown_sensors",
        "P99": "too_little_history",
        **dict.fromkeys(others, "ok"),
    }
    assert "at least 18h are needed" in told[young]["detail"]
    assert "less than 3h is needed" in told[old]["detail"]
    assert "flwo" in told[odd]["detail"]
    assert [record.machine for record in sink.records] == others


def test_gaps_are_allowed_and_what_is_missing_is_told(
    client: Client, canonical: Canonical, moment: datetime
) -> None:
    body = recent(canonical, moment)
    body["events"] = []
    for row in body["readings"]:
        row["vibration"] = None
    some = [row for index, row in enumerate(body["readings"]) if index % 5]
    told = forecasts(client, body | {"readings": some})
    assert {one["status"] for one in told.values()} == {"ok"}
    for one in told.values():
        assert "vibration" in one["notes"][0]
        assert "seal, bearing" in one["notes"][1]


def test_what_lies_after_the_forecasts_time_changes_nothing(
    client: Client, canonical: Canonical, moment: datetime
) -> None:
    later = recent(canonical, moment + timedelta(hours=12), hours=42)
    known = recent(canonical, moment)
    assert forecasts(client, later | {"at": known["at"]}) == forecasts(client, known)


def test_of_two_readings_at_one_time_the_later_one_counts(
    client: Client, canonical: Canonical, moment: datetime
) -> None:
    body = recent(canonical, moment)
    doubled = [row | {"flow": 0} for row in body["readings"]] + body["readings"]
    assert forecasts(client, body | {"readings": doubled}) == forecasts(client, body)


def test_forecast_of_a_machine_does_not_depend_on_the_others(
    client: Client, canonical: Canonical, moment: datetime
) -> None:
    body = recent(canonical, moment)
    together = forecasts(client, body)
    for name, one in together.items():
        alone = {
            key: [row for row in body[key] if row["machine"] == name]
            for key in ("readings", "events")
        }
        assert forecasts(client, alone | {"at": body["at"]}) == {name: one}


@pytest.mark.parametrize("huge", ["1e13", "-1e39", "1e308", "-1e308", "1" + "0" * 300])
def test_huge_readings_count_as_missing(
    client: Client, canonical: Canonical, moment: datetime, huge: str
) -> None:
    body = recent(canonical, moment)
    gone = [row | {"vibration": None} for row in body["readings"]]
    told = forecasts(client, body | {"readings": gone})
    marked = json.dumps(body | {"readings": [row | {"vibration": 987} for row in gone]})
    response = client.post(URL, content=marked.replace("987", huge))
    assert response.status_code == 200
    assert {one["machine"]: one for one in response.json()["forecasts"]} == told


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"readings": [{"machine": "P01", "time": "yesterday"}]}, "/readings/0/time"),
        ({"readings": [{"machine": "P01", "time": "2026-01-01", "flow": "1"}]}, "/readings/0/flow"),
        ({"readings": [{"time": "2026-01-01"}]}, "/readings/0/machine"),
        ({"readings": [3]}, "/readings"),
        ({"readings": {}}, "/readings"),
        ({"at": 12}, "/at"),
        ({"at": "0001-01-01T00:00+14:00"}, "/at"),
        (
            {"events": [{"machine": "a", "time": "2026-01-01", "kind": [], "code": "b"}]},
            "/events/0/kind",
        ),
        ({"speed": []}, "/speed"),
    ],
)
def test_faulty_body_is_refused_by_its_place(
    client: Client, change: dict[str, object], pointer: str
) -> None:
    response = client.post(URL, json={"readings": []} | change)
    assert response.status_code == 422
    assert [fault["pointer"] for fault in response.json()["errors"]] == [pointer]


def test_no_reading_at_all_gives_no_forecast(client: Client) -> None:
    assert forecasts(client, {"readings": []}) == {}


def test_probabilities_are_numbers(client: Client, canonical: Canonical, moment: datetime) -> None:
    told = forecasts(client, recent(canonical, moment))
    assert np.isfinite([one["probability"] for one in told.values()]).all()


def test_contributions_add_up_to_what_the_machine_has_above_the_usual(
    client: Client, plant: ServedPlant, canonical: Canonical, moment: datetime, sink: Kept
) -> None:
    told = forecasts(client, recent(canonical, moment))
    usual = [column.usual for column in plant.manifest.inputs]
    background = plant.model.probabilities(np.array([usual], dtype=np.float32))[0, -1]
    for record in sink.records:
        one = told[record.machine or ""]
        added = [part["contribution"] for part in one["contributions"]]
        assert background + sum(added) == pytest.approx(one["probability"], abs=1e-4)
        assert added == sorted(added, key=lambda value: -abs(value))
        assert [value for _, value in record.contributions] == added
