"""Forecasts as the server makes them, and what tests ask of a store."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import select

from faultcast.serving.metrics import Metrics
from faultcast.serving.predictions import ForecastRecord
from faultcast.serving.served import Served
from faultcast.serving.store.database import Database
from faultcast.serving.store.sink import open_sink
from faultcast.serving.store.tables import FORECASTS

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
_NUMBERS = count()


def forecast(machine: str | None = "P01", **changes: Any) -> ForecastRecord:
    """Return a forecast; each has a request of its own."""
    record = ForecastRecord(
        request_id=f"r{next(_NUMBERS)}",
        made_at=NOW,
        kind="plant",
        name="small",
        version="7",
        machine=machine,
        time=NOW,
        last_reading=NOW - timedelta(minutes=10),
        inputs_sha256="0" * 64,
        probabilities={"probability_seal": 0.1, "probability_machine": 0.25},
        threshold=0.2,
        contributions=(("pressure", 0.2), ("flow", -0.01)),
    )
    return record._replace(**changes)


def stored(database: Database) -> list[Any]:
    """Return the requests in the store, in their order."""
    with database.engine.connect() as connection:
        asked = select(FORECASTS.c.request_id).order_by(FORECASTS.c.request_id)
        return list(connection.execute(asked).scalars())


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for another thread or server."""
    end = monotonic() + seconds
    while not true():
        assert monotonic() < end, "it did not happen in time"
        sleep(0.02)


def put(url: str, *records: ForecastRecord) -> None:
    """Bring forecasts into a store as a server does."""
    with tempfile.TemporaryDirectory() as folder:
        sink = open_sink(url, Path(folder), 1_000_000)
        sink.put(records)
        sink.start(Metrics(Served()))
        sink.stop()
