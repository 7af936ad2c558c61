"""The prediction store on a real PostgreSQL that is stopped and started again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from faultcast.errors import PostgresMissingError
from faultcast.serving.metrics import Metrics
from faultcast.serving.served import Served
from faultcast.serving.store.database import Database
from faultcast.serving.store.questions import courses, find_request, newest_forecasts
from faultcast.serving.store.sink import open_sink
from faultcast.tracking import postgres
from tests.unit.serving.store.made import NOW, forecast, stored, wait_until


class Server:
    """A PostgreSQL on one port, whether it runs or not."""

    def __init__(self, folder: Path) -> None:
        self._database = postgres._Database(folder, postgres._programs(), postgres._owner())
        self._database.make()
        self._port = postgres.free_port()
        self.start, self.stop = lambda: self._database.start(self._port), self._database.stop
        self.url = f"postgresql://mlflow:{self._database.password}@127.0.0.1:{self._port}/postgres"


@pytest.fixture
def server() -> Iterator[Server]:
    # Not in pytest's folder: started by root, PostgreSQL is another user, who cannot enter that.
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        try:
            server = Server(Path(name) / "server")
        except PostgresMissingError:
            pytest.skip("there is no PostgreSQL here: install Debian's package postgresql")
        yield server
        server.stop()


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
    database.engine.dispose()
