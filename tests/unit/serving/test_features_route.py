from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest
from httpx import Client

from faultcast.scoring.session import feature_matrix
from faultcast.serving.served import ServedPlant
from tests.unit.serving.conftest import Kept

URL = "/plants/small/features"


def rows_of(plant: ServedPlant, frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.select(plant.manifest.features.names).to_dicts()


def test_probabilities_of_the_whole_test_part_are_those_of_the_model(
    client: Client, plant: ServedPlant, test_rows: pl.DataFrame
) -> None:
    body = orjson.dumps({"rows": rows_of(plant, test_rows)})
    answer = client.post(URL, content=body).json()
    expected = plant.model.forecast(test_rows)
    found = np.array(
        [
            [*(part["probability"] for part in one["components"]), one["probability"]]
            for one in answer["forecasts"]
        ]
    )
    names = [output.name for output in plant.manifest.outputs]
    assert np.abs(found - expected.select(names).to_numpy()).max() <= 1e-5


def test_risk_is_high_from_the_threshold(
    client: Client, plant: ServedPlant, test_rows: pl.DataFrame
) -> None:
    answer = client.post(URL, json={"rows": rows_of(plant, test_rows)}).json()
    risks = {
        (one["risk"], one["probability"] >= plant.model.threshold) for one in answer["forecasts"]
    }
    assert risks == {("high", True), ("low", False)}


def test_every_forecast_goes_to_the_sink_with_request_and_version(
    client: Client, plant: ServedPlant, test_rows: pl.DataFrame, sink: Kept
) -> None:
    rows = rows_of(plant, test_rows.head(3))
    rows[1] |= {"machine": "P02", "time": "2026-03-01T06:00:00+01:00"}
    response = client.post(URL, json={"rows": rows}, headers={"x-request-id": "mine-7"})
    assert response.headers["x-request-id"] == response.json()["request_id"] == "mine-7"
    assert response.headers["x-model-version"] == plant.version
    assert [record.machine for record in sink.records] == [None, "P02", None]
    assert {record.request_id for record in sink.records} == {"mine-7"}
    assert sink.records[1].time.isoformat() == "2026-03-01T06:00:00+01:00"
    features = feature_matrix(test_rows.head(3), plant.manifest.features.names)
    assert sink.records[0].probabilities == pytest.approx(
        dict(zip(plant.outputs, plant.model.probabilities(features)[0].tolist(), strict=True))
    )


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"flow_last": "12"}, "/rows/1/flow_last"),
        ({"flow_last": True}, "/rows/1/flow_last"),
        ({"flow_last": 1e300}, "/rows/1/flow_last"),
        ({"wind": 3}, "/rows/1"),
        ({"time": "2026-01-01"}, "/rows/1/time"),
        ({"machine": 3}, "/rows/1/machine"),
    ],
)
def test_faulty_value_is_refused_by_its_place(
    client: Client,
    plant: ServedPlant,
    test_rows: pl.DataFrame,
    change: dict[str, object],
    pointer: str,
    sink: Kept,
) -> None:
    rows = rows_of(plant, test_rows.head(3))
    rows[1] |= change
    response = client.post(URL, json={"rows": rows})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [fault["pointer"] for fault in response.json()["errors"]] == [pointer]
    assert sink.records == []


def test_missing_input_is_named_and_null_is_taken(
    client: Client, plant: ServedPlant, test_rows: pl.DataFrame
) -> None:
    (row,) = rows_of(plant, test_rows.head(1))
    assert client.post(URL, json={"rows": [row | {"flow_last": None}]}).status_code == 200
    del row["flow_last"]
    response = client.post(URL, json={"rows": [row]})
    assert response.status_code == 422
    assert response.json()["detail"].startswith("/rows/0/flow_last: missing")


def test_unknown_plant_and_path_are_problems_with_a_request_id(client: Client) -> None:
    for path, told in (("/plants/mill/features", "small"), ("/nothing", "Not Found")):
        response = client.post(path, json={})
        assert response.status_code == 404
        assert told in response.json()["detail"]
        assert response.headers["x-request-id"] == response.json()["request_id"]
