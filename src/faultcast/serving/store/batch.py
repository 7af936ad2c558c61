"""Forecasts of a whole plant that were made from files: into the store, for the board."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import orjson
import polars as pl

from faultcast.scoring.plant_forecast import MachineForecast, Records
from faultcast.serving.answers import records_of_machines
from faultcast.serving.served import ServedPlant
from faultcast.serving.store.database import opened
from faultcast.serving.store.recent import RecentRecords
from faultcast.serving.store.sink import row_of
from faultcast.serving.store.tables import FORECASTS

SHOWN = timedelta(days=7)


def store_batch(
    url: str,
    plant: ServedPlant,
    records: Records,
    forecasts: Sequence[MachineForecast],
    at: datetime,
) -> str:
    """Write forecasts, and the last days of the readings and events that they rest on.

    Args:
        url: the store's.
        plant: the model.
        records: what the forecasts were made from.
        forecasts: of all machines; those that could not be forecast are left out.
        at: the moment from which the horizon runs.

    Returns:
        the id under which the store has them, as if they were a request's.

    Raises:
        StoreUrlError: the URL is none of a database that can be used.
        StoreDownError: the store does not take them; ask again.
    """
    request_id = f"score-{secrets.token_hex(8)}"
    now = datetime.now(UTC).replace(microsecond=0)
    made = records_of_machines(plant, request_id, now, at, forecasts)
    lines = [orjson.dumps(record._asdict()) for record in made]
    rows = [row_of(f"{request_id}-{number}", line) for number, line in enumerate(lines)]
    with opened(url) as database:
        database.add(FORECASTS, rows)
        recent = RecentRecords(database)
        recent.put(plant.name, newest_of(records, at))
        recent.deliver()
    return request_id


def newest_of(records: Records, at: datetime) -> Records:
    """Return records up to a moment, of the readings only the days that the board shows."""
    readings = records.readings.filter(pl.col("time") > at - SHOWN, pl.col("time") <= at)
    return Records(readings, records.events.filter(pl.col("time") <= at), records.machines)
