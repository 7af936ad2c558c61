"""Brings forecasts to the store behind their answers: one thread, whatever the store does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy.exc import SQLAlchemyError

from faultcast.scoring.plant_forecast import Records
from faultcast.serving.metrics import Metrics
from faultcast.serving.predictions import RECORDED, ForecastRecord
from faultcast.serving.store.database import Database, Row
from faultcast.serving.store.recent import RecentRecords
from faultcast.serving.store.retention import Retention
from faultcast.serving.store.spool import Spool, read_lines
from faultcast.serving.store.tables import FORECASTS
from faultcast.settings import ServingLimits

_LOG = logging.getLogger("faultcast.serving")
_EVERY, _RETRY = 0.2, 1.0
_SECONDS_TO_FINISH = 15
_TIMES = ("made_at", "time", "last_reading")
_MACHINE = "probability_machine"


class StoreSink:
    """Keeps forecasts on disk until the store has them, once each.

    Args:
        database: the store.
        spool: where forecasts wait.
        days: for how many days the store keeps them.
    """

    def __init__(self, database: Database, spool: Spool, days: int) -> None:
        self.database = database
        self._spool = spool
        self._recent = RecentRecords(database)
        self._retention = Retention(database, days)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._metrics: Metrics | None = None
        self._down = False

    def put(self, records: Iterable[ForecastRecord]) -> None:
        """Take forecasts; returns at once and never raises."""
        if not RECORDED.get():
            return
        records = list(records)
        try:
            lines = [orjson.dumps(record._asdict()) for record in records]
            self._drop(self._spool.append(lines), "the spool is full")
        except (OSError, orjson.JSONEncodeError) as failure:
            self._drop(len(records), str(failure))

    def observe(self, plant: str, records: Records) -> None:
        """Take the readings and events that a forecast rests on, for the board's charts."""
        if not RECORDED.get():
            return
        self._recent.put(plant, records)

    def start(self, metrics: Metrics) -> None:
        """Begin to deliver."""
        self._metrics = metrics
        self._thread.start()

    def stop(self) -> None:
        """Deliver what waits; what the store does not take then stays for the next start."""
        self._stop.set()
        self._thread.join(_SECONDS_TO_FINISH)
        self._spool.close()
        self.database.engine.dispose()

    def _run(self) -> None:
        while not self._stop.wait(_RETRY if self._down else _EVERY):
            self._turn()
        self._turn()

    def _turn(self) -> None:
        try:
            self._deliver_all()
        except (SQLAlchemyError, OSError) as failure:
            if not self._down:
                _LOG.error("the prediction store is down, forecasts wait on disk: %s", failure)
            self._down = True
        else:
            if self._down:
                _LOG.warning("the prediction store is back and has all that waited")
            self._down = False
        if self._metrics:
            self._metrics.waiting(self._spool.waiting_bytes)

    def _deliver_all(self) -> None:
        if not self._down:
            self._spool.seal()
        self.database.prepare()
        with self._spool.abandoned() as left:
            for path in left:
                self._deliver(path)
                path.unlink()
        for path in self._spool.sealed():
            self._deliver(path)
            self._spool.delivered(path)
        self._recent.deliver()
        self._retention.turn()

    def _deliver(self, path: Path) -> None:
        try:
            lines = read_lines(path)
        except FileNotFoundError:  # dropped meanwhile
            return
        rows = [row_of(uid, line) for uid, line in lines]
        self._drop(self.database.add(FORECASTS, rows), "the store can never hold them")
        if self._metrics:
            self._metrics.stored(len(rows))

    def _drop(self, count: int, reason: str) -> None:
        if count:
            _LOG.error("%d forecasts will be missing in the prediction store: %s", count, reason)
            if self._metrics:
                self._metrics.not_stored(count)


def open_sink(
    url: str, spool: Path, spool_bytes: int, days: int = ServingLimits.store_days
) -> StoreSink:
    """Return the sink of a store.

    Raises:
        StoreUrlError: the URL is none of a database that can be used.
        DiskError: the spool's folder cannot be made.
    """
    return StoreSink(Database(url), Spool(spool, spool_bytes), days)


def row_of(uid: str, line: bytes) -> Row:
    """Return the row of a forecast that was written as a line of JSON."""
    record = orjson.loads(line)
    times = {name: datetime.fromisoformat(record[name]) for name in _TIMES if record[name]}
    outputs = record["probabilities"]
    return {**record, **times, "uid": uid, "probability": outputs.get(_MACHINE)}
