"""Readings and events that came with requests, for the board's charts: new ones, bounded."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from datetime import datetime

import polars as pl
from sqlalchemy import Table, delete, select

from faultcast.scoring.plant_forecast import Records
from faultcast.serving.store.database import Database, Row
from faultcast.serving.store.tables import EVENTS, READINGS

_REQUESTS = 32
_KEPT = {READINGS: 2_000, EVENTS: 500}
_PRUNE_EVERY = 50


class RecentRecords:
    """What requests told and is not in the store yet; while the store is down, only the newest."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[tuple[str, Records]] = deque(maxlen=_REQUESTS)
        self._new = threading.Lock()
        self._newest: dict[tuple[str, str], datetime] = {}
        self._known: dict[str, frozenset[tuple[object, ...]]] = {}
        self._turns: dict[str, int] = {}

    def put(self, plant: str, records: Records) -> None:
        """Take what a request told."""
        with self._new:
            self._waiting.append((plant, records))

    def deliver(self) -> None:
        """Write what is new.

        Raises:
            SQLAlchemyError: the store is down.
        """
        while True:
            with self._new:
                if not self._waiting:
                    return
                plant, records = self._waiting.popleft()
            self._deliver(plant, records)

    def _deliver(self, plant: str, records: Records) -> None:
        readings = list(_readings(plant, records.readings, self._newest))
        events = frozenset(
            records.events.drop_nulls().select("machine", "time", "kind", "code").rows()
        )
        new = events - self._known.get(plant, frozenset())
        self._database.add(READINGS, readings)
        self._database.add(EVENTS, [_event(plant, *event) for event in sorted(new, key=str)])
        self._known[plant] = events
        for row in readings:
            key = plant, row["machine"]
            self._newest[key] = max(self._newest.get(key, row["time"]), row["time"])
        self._prune(plant, {row["machine"] for row in readings})

    def _prune(self, plant: str, machines: set[str]) -> None:
        self._turns[plant] = turn = self._turns.get(plant, -1) + 1
        if turn % _PRUNE_EVERY == 0:
            for machine in machines:
                for table, most in _KEPT.items():
                    _keep_newest(self._database, table, plant, machine, most)


def _readings(
    plant: str, frame: pl.DataFrame, newest: dict[tuple[str, str], datetime]
) -> Iterator[Row]:
    sensors = [name for name in frame.columns if name not in ("machine", "time")]
    told = frame.drop_nulls(["machine", "time"]).unique(["machine", "time"], keep="last")
    for machine, time, *values in told.select("machine", "time", *sensors).rows():
        known = newest.get((plant, machine))
        if known is None or time > known:
            content = dict(zip(sensors, values, strict=True))
            yield {"plant": plant, "machine": machine, "time": time, "sensors": content}


def _event(plant: str, machine: object, time: object, kind: object, code: object) -> Row:
    return {"plant": plant, "machine": machine, "time": time, "kind": kind, "code": code}


def _keep_newest(database: Database, table: Table, plant: str, machine: str, most: int) -> None:
    of_machine = (table.c.plant == plant, table.c.machine == machine)
    last = select(table.c.time).where(*of_machine).order_by(table.c.time.desc()).offset(most)
    with database.engine.begin() as connection:
        oldest = connection.execute(last.limit(1)).scalar()
        if oldest is not None:
            connection.execute(delete(table).where(*of_machine, table.c.time <= oldest))
