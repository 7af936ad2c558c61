"""A board that shows the small plant's last days and a mill whose forecasts are made up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from httpx import Client

from faultcast.config.layout import Layout
from faultcast.serving.app import create_app
from faultcast.serving.board.board import Board
from faultcast.serving.board.demo import replay
from faultcast.serving.served import Served, ServedPlant
from faultcast.serving.store.sink import StoreSink, open_sink
from faultcast.settings import ServingLimits
from tests.unit.serving.running import running
from tests.unit.serving.store.made import forecast, wait_until

ODD = "M/1 <b>&"
MILL = {"M2": 0.3, ODD: 0.9, "M3": 0.05, "M4": 0.6}


@pytest.fixture(scope="session")
def filled(
    layout: Layout, plant: ServedPlant, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """Return the URL of a filled store and a folder for its spool."""
    folder = tmp_path_factory.mktemp("store")
    sink = open_sink(f"sqlite:///{folder / 'store.db'}", folder / "spool", 10_000_000)
    replay(Served.of([plant]), layout.root / "data" / "interim", sink, threading.Event())
    now = datetime.now(UTC)
    for machine, probability in MILL.items():
        for back in range(3):
            told = {"probability_belt": 0.01, "probability_machine": probability}
            time = now - timedelta(hours=6 * back)
            sink.put(
                [forecast(machine, name="mill", time=time, probabilities=told, last_reading=time)]
            )
    sink._turn()
    assert not sink._down
    sink._spool.close()
    return sink.database.url.render_as_string(hide_password=False), folder / "spool"


@pytest.fixture(scope="module")
def sink(filled: tuple[str, Path]) -> StoreSink:
    return open_sink(*filled, 10_000_000)


@pytest.fixture(scope="module")
def board(plant: ServedPlant, sink: StoreSink) -> Iterator[Client]:
    served = Served.of([plant])
    router = Board(served, sink.database, ServingLimits()).router()
    with running(create_app(served, sink, routers=[router])) as client:
        wait_until(lambda: client.get("/health/ready").status_code == 200)
        yield client
