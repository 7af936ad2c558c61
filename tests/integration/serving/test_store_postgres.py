"""The prediction store on a real PostgreSQL that is stopped and started again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from faultcast.serving.metrics import Metrics
from faultcast.serving.served import Served
from faultcast.serving.store.database import Database
from faultcast.serving.store.questions import courses, find_request, newest_forecasts
from faultcast.serving.store.retention import forget
from faultcast.serving.store.sink import open_sink
from tests.integration.serving.postgres import Server, stopped_server
from tests.unit.serving.store.made import NOW, forecast, stored, wait_until


@pytest.fixture
def server() -> Iterator[Server]:
    with stopped_server() as server:
        yield server


def test_outages_of_the_store_lose_nothing_and_double_nothing(
    server: Server, tmp_path: Path
) -> None:
    sink = open_sink(server.url, tmp_path / "spool", 10_000_000)
    metrics = Metrics(Served())
    asked: list[str] = []

    def put(count: int) -> None:
        made = [forecast() for _ in range(count)]
        asked.extend(one.request_id for one in made)
        for one in made:
            sink.put([one])

    def delivered() -> bool:
        return metrics._stored._value.get() == len(asked)

    put(30)
    sink.start(metrics)
    wait_until(lambda: sink._down)
    put(30)
    server.start()
    wait_until(delivered)
    put(30)
    server.stop()
    put(300)
    wait_until(lambda: sink._down)
    put(30)
    server.start()
    wait_until(delivered)
    sink.put([forecast("nul\0byte"), made := forecast()])
    sink.stop()
    database = Database(server.url)
    assert stored(database) == sorted([*asked, made.request_id])
    assert metrics._not_stored._value.get() == 1
    (found,) = find_request(database, made.request_id)
    assert found["time"] == NOW
    assert found["contributions"] == [["pressure", 0.2], ["flow", -0.01]]
    assert [one["machine"] for one in newest_forecasts(database, NOW)] == ["P01"]
    assert len(courses(database, NOW)["small", "P01"]) == len(asked) + 1
    assert forget(database, NOW) == 0
    assert forget(database, NOW + timedelta(seconds=1)) == len(asked) + 1
    assert stored(database) == []
    database.engine.dispose()
