"""Planners' marks with the forecasts that they saw, for the reports."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from faultcast.serving.store.database import Database, Row, opened
from faultcast.serving.store.questions import feedback_of
from faultcast.serving.store.tables import FORECASTS

_OF_FORECAST = {
    "forecast_time": FORECASTS.c.time,
    "version": FORECASTS.c.version,
    "probability": FORECASTS.c.probability,
    "threshold": FORECASTS.c.threshold,
    "request_id": FORECASTS.c.request_id,
}


def export_feedback(url: str, plant: str) -> list[Row]:
    """Return what planners marked at a plant's machines, oldest first.

    Args:
        url: the store's.
        plant: the plant's name.

    Returns:
        For each mark time, machine, component, mark and note, and of the newest forecast that was
        made before it forecast_time, version, probability, threshold and request_id. Who marked
        stays in the store.

    Raises:
        StoreUrlError: the URL is none of a database that can be used.
        StoreDownError: the store does not answer.
    """
    with opened(url) as database:
        return sorted(_marks(database, plant), key=lambda row: (row["time"], row["machine"]))


def _marks(database: Database, plant: str) -> Iterator[Row]:
    if not database.exists:
        return
    told = feedback_of(database, plant)
    with database.engine.connect() as connection:
        for mark in told:
            seen = (
                select(*(column.label(name) for name, column in _OF_FORECAST.items()))
                .where(
                    FORECASTS.c.kind == "plant",
                    FORECASTS.c.name == plant,
                    FORECASTS.c.machine == mark["machine"],
                    FORECASTS.c.made_at <= mark["time"],
                )
                .order_by(FORECASTS.c.time.desc(), FORECASTS.c.made_at.desc())
                .limit(1)
            )
            forecast = connection.execute(seen).mappings().first()
            yield {
                **{name: mark[name] for name in ("time", "machine", "component", "mark", "note")},
                **(forecast or dict.fromkeys(_OF_FORECAST)),
            }
