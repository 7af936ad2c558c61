"""The tables of the prediction store; times are UTC without an offset in every database."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    MetaData,
    String,
    Table,
    TypeDecorator,
)


class Utc(TypeDecorator[datetime]):
    """A moment: SQLite knows no offsets."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Take the offset away."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Give the offset back."""
        return value.replace(tzinfo=UTC) if value else None


METADATA = MetaData()

FORECASTS = Table(
    "forecasts",
    METADATA,
    Column("uid", String, primary_key=True),
    Column("request_id", String, nullable=False, index=True),
    Column("made_at", Utc, nullable=False),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("version", String, nullable=False),
    Column("machine", String),
    Column("time", Utc, nullable=False),
    Column("last_reading", Utc),
    Column("inputs_sha256", String, nullable=False),
    Column("probability", Float),
    Column("threshold", Float),
    Column("probabilities", JSON, nullable=False),
    Column("contributions", JSON, nullable=False),
    Index("forecasts_of_machines", "kind", "name", "machine", "time"),
    Index("forecasts_by_time", "time"),
    Index("forecasts_by_age", "made_at"),
)

FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("uid", String, primary_key=True),
    Column("time", Utc, nullable=False),
    Column("plant", String, nullable=False),
    Column("machine", String, nullable=False),
    Column("component", String),
    Column("mark", String, nullable=False),
    Column("who", String, nullable=False),
    Column("note", String, nullable=False),
    Index("feedback_of_machines", "plant", "machine", "time"),
)

READINGS = Table(
    "readings",
    METADATA,
    Column("plant", String, primary_key=True),
    Column("machine", String, primary_key=True),
    Column("time", Utc, primary_key=True),
    Column("sensors", JSON, nullable=False),
)

EVENTS = Table(
    "events",
    METADATA,
    Column("plant", String, primary_key=True),
    Column("machine", String, primary_key=True),
    Column("time", Utc, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("code", String, primary_key=True),
)
