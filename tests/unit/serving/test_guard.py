from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from httpx import Client
from prometheus_client import Histogram

from faultcast.errors import ApiKeyError
from faultcast.serving.app import create_app
from faultcast.serving.keys import Keys, Role, new_key
from faultcast.serving.metrics import observe_all
from faultcast.serving.served import Served, ServedPlant
from faultcast.settings import ServingLimits
from tests.unit.serving.running import connected, running

FEATURES = "/plants/small/features"


@contextmanager
def limited(plant: ServedPlant, keys: Keys | None = None, **limits: float) -> Iterator[Client]:
    app = create_app(Served.of([plant]), limits=ServingLimits(**limits), keys=keys)  # type: ignore[arg-type]
    with running(app) as client:
        yield client


def assert_problem(response: object, status: int, told: str) -> None:
    assert response.status_code == status  # type: ignore[attr-defined]
    document = response.json()  # type: ignore[attr-defined]
    assert document["status"] == status
    assert told in document["detail"]
    assert document["request_id"] == response.headers["x-request-id"]  # type: ignore[attr-defined]


def test_body_beyond_the_limit_is_413_announced_or_not(plant: ServedPlant) -> None:
    with limited(plant, body_bytes=1000) as client:
        for path in (FEATURES, "/plants/small/forecasts", "/invocations"):
            assert_problem(client.post(path, content=b" " * 1001), 413, "1,000 bytes")
            chunks = iter([b" " * 600, b" " * 600])
            assert_problem(client.post(path, content=chunks), 413, "1,000 bytes")


def test_too_many_rows_are_422(plant: ServedPlant) -> None:
    with limited(plant, rows=2) as client:
        for path, body in (
            (FEATURES, {"rows": [{}] * 3}),
            ("/plants/small/forecasts", {"readings": [{}] * 3}),
            ("/invocations", {"dataframe_records": [{}] * 3}),
        ):
            response = client.post(path, json=body)
            assert response.status_code == 422
            assert "at most 2" in response.json()["detail"]


def test_body_that_dribbles_in_is_408(plant: ServedPlant) -> None:
    started = f"POST {FEATURES} HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{{".encode()
    with limited(plant, body_seconds=0.2) as client, connected(client) as line:
        line.sendall(started)
        assert line.recv(100).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    ("limits", "status"), [({"requests": 1}, 503), ({"requests_of_a_caller": 1}, 429)]
)
def test_request_beyond_those_that_are_open_is_refused_and_told_when_to_come_again(
    plant: ServedPlant, limits: dict[str, float], status: int
) -> None:
    with limited(plant, **limits) as client:
        arrived, go_on = threading.Event(), threading.Event()

        def slowly() -> Iterator[bytes]:
            yield b"{"
            arrived.set()
            go_on.wait(20)
            yield b"}"

        answers: list[int] = []
        with Client(base_url=client.base_url) as other:
            open_one = threading.Thread(
                target=lambda: answers.append(other.post(FEATURES, content=slowly()).status_code)
            )
            open_one.start()
            assert arrived.wait(20)
            refused = client.get("/health/live")
            while refused.status_code == 200:
                refused = client.get("/health/live")
            assert_problem(refused, status, "open" if status == 429 else "no more are taken")
            assert refused.headers["retry-after"] == "1"
            go_on.set()
            open_one.join()
        assert answers == [422]
        assert client.get("/health/live").status_code == 200


def test_forecast_that_takes_too_long_is_503(plant: ServedPlant) -> None:
    with limited(plant, forecast_seconds=1e-9) as client:
        response = client.post("/plants/small/forecasts", json={"readings": []})
        assert_problem(response, 503, "fewer machines")


def test_failure_inside_is_told_without_its_traceback(
    plant: ServedPlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("faultcast.serving.features.read_question", fail)
    with limited(plant) as client:
        response = client.post(FEATURES, json={"rows": [{}]})
        assert_problem(response, 500, "its log tells why")
        assert "secret" not in response.text


def test_keys_open_what_their_role_allows(plant: ServedPlant) -> None:
    reader, of_reader = new_key("planner", Role.READ)
    caller, of_caller = new_key("line", Role.FORECAST)
    with limited(plant, Keys.parse(f"{of_reader}, {of_caller}")) as client:

        def status(path: str, key: str | None, method: str = "GET") -> int:
            headers = {"authorization": f"Bearer {key}"} if key else {}
            return client.request(method, path, headers=headers, json={}).status_code

        assert status("/health/ready", None) == 200
        for path in ("/models", "/metrics", "/docs", "/openapi.json"):
            assert status(path, None) == 401
            assert status(path, "guessed") == 401
            assert status(path, reader) == 200
        assert status(FEATURES, None, "POST") == 401
        assert status(FEATURES, reader, "POST") == 403
        assert status(FEATURES, caller, "POST") == 422
        assert status("/predict", reader) == 403
        assert client.get("/models", headers={"x-api-key": reader}).status_code == 200
        assert client.get("/models", auth=("anyone", reader)).status_code == 200
        assert "www-authenticate" in client.get("/models").headers


def test_no_key_is_kept_in_clear() -> None:
    key, entry = new_key("line", Role.FORECAST)
    assert key not in entry
    assert key not in repr(Keys.parse(entry))


@pytest.mark.parametrize("entry", ["line", "line:write:" + "0" * 64, "line:read:xyz", ":read:"])
def test_faulty_entry_is_refused_without_showing_it(entry: str) -> None:
    with pytest.raises(ApiKeyError, match=r"entry 2: expected NAME:ROLE:SHA256"):
        Keys.parse(f"{new_key('a', Role.READ)[1]},{entry}")


def test_metrics_tell_requests_latency_probabilities_and_versions(
    client: Client, plant: ServedPlant
) -> None:
    row = {column.name: column.usual for column in plant.manifest.inputs}
    assert client.post(FEATURES, json={"rows": [row]}).status_code == 200
    assert client.post(FEATURES, json={"rows": []}).status_code == 422
    told = client.get("/metrics").text
    assert 'faultcast_requests_total{route="features",status="200"} 1.0' in told
    assert 'faultcast_requests_total{route="features",status="422"} 1.0' in told
    assert 'faultcast_request_seconds_count{route="features"} 2.0' in told
    assert 'faultcast_probability_count{plant="small"} 1.0' in told
    assert f'faultcast_model{{name="small",version="{plant.version}"}} 1.0' in told


def test_values_counted_together_are_counted_as_one_after_the_other() -> None:
    bounds = (0.001, 0.3, 0.5, 1)
    values = [0.0, 0.001, 0.0010001, 0.3, 0.31, 1.0, 0.5, 0.5]
    together, single = (Histogram("h", "h", buckets=bounds, registry=None) for _ in range(2))
    observe_all(together, values)
    for value in values:
        single.observe(value)
    told = [[(s.name, s.labels, s.value) for s in h._samples()] for h in (together, single)]
    created = {"_created"}
    first, second = ([one for one in each if one[0] not in created] for each in told)
    assert first == second
