"""What the store forgets: old forecasts, and old records of machines without a forecast.

What planners marked stays: it is little, and nobody can say it again.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from faultcast.serving.store.database import Database
from faultcast.serving.store.tables import EVENTS, FORECASTS, READINGS

_EVERY = 3600.0
_AT_ONCE = 5_000  # so that writers wait for none of it long


class Retention:
    """Forgets once an hour.

    Args:
        database: the store.
        days: for how many days forecasts are kept.
    """

    def __init__(self, database: Database, days: int) -> None:
        self._database = database
        self._kept = timedelta(days=days)
        self._next = 0.0

    def turn(self) -> None:
        """Forget what is too old, if an hour has passed.

        Raises:
            SQLAlchemyError: the store is down.
        """
        if time.monotonic() >= self._next:
            forget(self._database, datetime.now(UTC) - self._kept)
            self._next = time.monotonic() + _EVERY


def forget(database: Database, before: datetime) -> int:
    """Forget the forecasts that were made before a moment, and records; returns how many forecasts.

    Raises:
        SQLAlchemyError: the store is down.
    """
    database.prepare()
    columns, count = FORECASTS.c, 0
    oldest = select(columns.uid).where(columns.made_at < before).order_by(columns.made_at)
    # Another worker may be forgetting the same ones.
    some = oldest.limit(_AT_ONCE).with_for_update(skip_locked=True)
    while True:
        with database.engine.begin() as connection:
            gone = connection.execute(delete(FORECASTS).where(columns.uid.in_(some))).rowcount
        count += gone
        if gone < _AT_ONCE:
            break
    for table in (READINGS, EVENTS):
        known = select(columns.uid).where(
            columns.kind == "plant",
            columns.name == table.c.plant,
            columns.machine == table.c.machine,
        )
        with database.engine.begin() as connection:
            connection.execute(delete(table).where(table.c.time < before, ~known.exists()))
    return count
