"""What the board and the lineage ask of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select

from faultcast.serving.store.database import Database
from faultcast.serving.store.tables import EVENTS, FEEDBACK, FORECASTS, READINGS

Found = Sequence[Mapping[str, Any]]
_OF_PLANTS = (FORECASTS.c.kind == "plant", FORECASTS.c.machine.is_not(None))


def find_request(database: Database, request_id: str) -> Found:
    """Return the forecasts that one request got, in its order; none where it is not known.

    Raises:
        SQLAlchemyError: the store is down.
    """
    asked = select(FORECASTS).where(FORECASTS.c.request_id == request_id)
    return sorted(_ask(database, asked), key=_place)


def newest_forecasts(database: Database, since: datetime) -> Found:
    """Return the newest forecast of each machine of each plant, as far as it is not too old.

    Raises:
        SQLAlchemyError: the store is down.
    """
    newest = (
        func.row_number()
        .over(
            partition_by=(FORECASTS.c.name, FORECASTS.c.machine),
            order_by=(FORECASTS.c.time.desc(), FORECASTS.c.made_at.desc()),
        )
        .label("place")
    )
    ranked = select(FORECASTS, newest).where(*_OF_PLANTS, FORECASTS.c.time >= since).subquery()
    return _ask(database, select(ranked).where(ranked.c.place == 1))


def courses(
    database: Database, since: datetime
) -> dict[tuple[str, str], list[tuple[datetime, float]]]:
    """Return how the probability of each machine went: by plant and machine, in order of time.

    Raises:
        SQLAlchemyError: the store is down.
    """
    columns = (FORECASTS.c.name, FORECASTS.c.machine, FORECASTS.c.time, FORECASTS.c.probability)
    asked = select(*columns).where(*_OF_PLANTS, FORECASTS.c.time >= since)
    told: dict[tuple[str, str], list[tuple[datetime, float]]] = {}
    with database.engine.connect() as connection:
        for plant, machine, time, value in connection.execute(asked.order_by(FORECASTS.c.time)):
            told.setdefault((plant, machine), []).append((time, value))
    return told


def forecasts_of(database: Database, plant: str, machine: str, most: int) -> Found:
    """Return the newest forecasts of a machine, newest first.

    Raises:
        SQLAlchemyError: the store is down.
    """
    columns = FORECASTS.c
    asked = select(FORECASTS).where(
        columns.kind == "plant", columns.name == plant, columns.machine == machine
    )
    ordered = asked.order_by(columns.time.desc(), columns.made_at.desc())
    return _ask(database, ordered.limit(most))


def readings_of(database: Database, plant: str, machine: str) -> Found:
    """Return the readings of a machine that the store keeps, in order of time.

    Raises:
        SQLAlchemyError: the store is down.
    """
    asked = select(READINGS).where(*_of(READINGS, plant, machine))
    return _ask(database, asked.order_by(READINGS.c.time))


def events_of(database: Database, plant: str, machine: str) -> Found:
    """Return the events of a machine that the store keeps, newest first.

    Raises:
        SQLAlchemyError: the store is down.
    """
    asked = select(EVENTS).where(*_of(EVENTS, plant, machine))
    return _ask(database, asked.order_by(EVENTS.c.time.desc()))


def feedback_of(database: Database, plant: str | None = None, machine: str | None = None) -> Found:
    """Return what planners marked, newest first: of all, of a plant or of one machine.

    Raises:
        SQLAlchemyError: the store is down.
    """
    asked = select(FEEDBACK)
    if plant is not None:
        asked = asked.where(FEEDBACK.c.plant == plant)
    if machine is not None:
        asked = asked.where(FEEDBACK.c.machine == machine)
    return _ask(database, asked.order_by(FEEDBACK.c.time.desc()))


def _place(row: Mapping[str, Any]) -> tuple[str, int]:
    segment, _, line = row["uid"].rpartition("-")
    return segment, int(line)


def _of(table: Table, plant: str, machine: str) -> tuple[ColumnElement[bool], ...]:
    return table.c.plant == plant, table.c.machine == machine


def _ask(database: Database, asked: Any) -> Found:
    database.prepare()
    with database.engine.connect() as connection:
        result = connection.execute(asked)
        return [dict(zip(result.keys(), row, strict=True)) for row in result]
