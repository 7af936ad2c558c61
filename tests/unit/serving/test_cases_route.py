from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from httpx import Client

from faultcast.serving.app import create_app
from faultcast.serving.served import Served, ServedCase
from tests.unit.serving.conftest import Kept
from tests.unit.serving.running import running

PLUM = {"weight": 55, "length": 5, "colour": "yellow", "spots": 3, "stalk": True}
URL = "/cases/fruit/predictions"


@pytest.fixture
def client(case: ServedCase, sink: Kept) -> Iterator[Client]:
    with running(create_app(Served.of([case]), sink)) as client:
        yield client


def test_rows_are_predicted_as_the_model_does(client: Client, case: ServedCase, sink: Kept) -> None:
    rows = [PLUM, PLUM | {"weight": 200, "length": 12}]
    answer = client.post(URL, json={"rows": rows}).json()
    expected = case.model.predict(rows)
    assert [one["prediction"] for one in answer["predictions"]] == expected.classes
    found = [list(one["probabilities"].values()) for one in answer["predictions"]]
    assert np.array(found) == pytest.approx(expected.probabilities)
    assert answer["model"] == {"case": "fruit", "version": case.version}
    assert [record.kind for record in sink.records] == ["case", "case"]


def test_one_row_is_predicted_from_the_address(client: Client, case: ServedCase) -> None:
    response = client.get("/predict", params={**PLUM, "stalk": "true"})
    assert response.json() == case.model.predict([PLUM]).classes[0]
    assert response.headers["x-model-version"] == case.version


def test_faulty_rows_are_refused_by_their_place(client: Client) -> None:
    response = client.post(URL, json={"rows": [PLUM, PLUM | {"colour": "blue", "wings": 2}]})
    assert response.status_code == 422
    pointers = {fault["pointer"] for fault in response.json()["errors"]}
    assert pointers == {"/rows/1/colour", "/rows/1/wings"}
    assert client.get("/predict", params={"colour": "blue"}).status_code == 422
    assert client.post(URL, json={"rows": [3]}).status_code == 422


def test_protocol_of_mlflow_answers_classes(client: Client, case: ServedCase) -> None:
    expected = case.model.predict([PLUM]).classes
    for body in ({"dataframe_records": [PLUM]}, {"inputs": {k: [v] for k, v in PLUM.items()}}):
        assert client.post("/invocations", json=body).json() == {"predictions": expected}
    csv = ",".join(PLUM) + "\n" + ",".join(map(str, PLUM.values())) + "\n"
    response = client.post("/invocations", content=csv, headers={"content-type": "text/csv"})
    assert response.json() == {"predictions": expected}
