"""The Titanic case behind two workers, one of which is killed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.integration.serving.process import serving, workers
from tests.unit.modeling.test_titanic import training

__all__ = ["training"]

ANSWERS = [
    ({"pclass": 3, "sex": "male", "age": 22, "fare": 7.25}, False),
    ({"pclass": 1, "sex": "female", "age": 38, "fare": 71.2833}, True),
    ({"pclass": 1, "sex": "female", "age": 35, "fare": 53.1}, True),
    ({"pclass": 3, "sex": "male", "age": 35, "fare": 8.05}, False),
]
Running = tuple[psutil.Process, httpx.Client]


@pytest.fixture(scope="module")
def running(training, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("server")
    options = ("--artifacts", str(training.folder.parent), "--workers", "2")
    with serving(folder, *options, FAULTCAST_STORE="none") as (server, client):
        yield psutil.Process(server.pid), client


def test_one_row_from_the_address_answers_as_it_always_did(running: Running) -> None:
    _, client = running
    answer = client.get("/predict?pclass=3&sex=male&age=22&fare=7.25")
    assert answer.text == "false"
    assert [client.get("/predict", params=row).json() for row, _ in ANSWERS] == [  # type: ignore[arg-type]
        survived for _, survived in ANSWERS
    ]


def test_rows_are_answered_in_their_order(running: Running) -> None:
    _, client = running
    rows = [row for row, _ in ANSWERS]
    answer = client.post("/cases/titanic/predictions", json={"rows": rows}).json()
    assert [one["prediction"] for one in answer["predictions"]] == [told for _, told in ANSWERS]


def test_killed_worker_is_replaced_while_the_other_one_answers(running: Running) -> None:
    server, client = running
    first, *_ = before = workers(server)
    assert len(before) == 2
    first.kill()
    end = time.monotonic() + 60
    answered = 0
    while len({one.pid for one in workers(server)} - {one.pid for one in before}) < 1:
        assert time.monotonic() < end
        # A connection that the killed worker had open is lost with it, as a client must expect.
        try:
            answer = httpx.get(client.base_url.join("/predict"), params=ANSWERS[0][0], timeout=30)  # type: ignore[arg-type]
        except httpx.TransportError:
            continue
        assert answer.text == "false"
        answered += 1
    assert answered
    assert before[1].is_running()


def test_each_worker_tells_the_requests_of_both(running: Running) -> None:
    _, client = running

    def counted(route: str) -> float:
        told = client.get("/metrics").text
        found = re.findall(rf'faultcast_requests_total{{route="{route}".*}} ([\d.]+)', told)
        assert re.search(r'^faultcast_model\{name="titanic",version=".*"\} 1.0$', told, re.M)
        return sum(map(float, found))

    before = counted("Cases.predict")
    for _ in range(6):
        httpx.get(client.base_url.join("/predict"), params=ANSWERS[0][0])  # type: ignore[arg-type]
    assert counted("Cases.predict") == before + 6


def test_killed_server_leaves_no_worker_behind(running: Running) -> None:
    server, _ = running
    children = workers(server)
    server.kill()
    assert children
    assert not psutil.wait_procs(children, timeout=60)[1]
