"""The store's database: SQLite, or PostgreSQL by its URL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError, SQLAlchemyError, StatementError

from faultcast.errors import StoreDownError, StoreUrlError
from faultcast.serving.store.tables import METADATA

Row = Mapping[str, Any]
_AT_ONCE = 500
_CONNECT: dict[str, dict[str, object]] = {
    "sqlite": {"timeout": 10},
    # A database that went silent is one that is down.
    "postgresql": {
        "connect_timeout": 3,
        "tcp_user_timeout": 10_000,
        "options": "-c statement_timeout=30000",
    },
}


class Database:
    """Writes rows once each; tables are made when they are first needed."""

    def __init__(self, url: str) -> None:
        self.url = _read(url)
        self.engine = _engine(self.url)
        self._prepared = False

    @property
    def exists(self) -> bool:
        """Whether there is anything to ask: a file of SQLite's may not be there yet."""
        if self.engine.dialect.name != "sqlite" or not self.url.database:
            return True
        return Path(self.url.database).is_file()

    def prepare(self) -> None:
        """Make the tables that are missing.

        Raises:
            SQLAlchemyError: the database is down.
        """
        if not self._prepared:
            METADATA.create_all(self.engine)
            self._prepared = True

    def add(self, table: Table, rows: Sequence[Row]) -> int:
        """Write rows; those whose primary key is there already are left out.

        Returns:
            How many rows the database can never hold, such as a name with a zero byte.

        Raises:
            SQLAlchemyError: the database is down; nothing, or some of the rows, were written.
        """
        self.prepare()
        try:
            with self.engine.begin() as connection:
                self.insert(connection, table, rows)
        except StatementError as failure:
            if not is_faulty(failure):
                raise
            return sum(self._refuses(table, row) for row in rows)
        return 0

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """Write rows in a transaction."""
        statement = self._insert(table).on_conflict_do_nothing()
        for start in range(0, len(rows), _AT_ONCE):
            connection.execute(statement, [dict(row) for row in rows[start : start + _AT_ONCE]])

    def _refuses(self, table: Table, row: Row) -> bool:
        try:
            with self.engine.begin() as connection:
                self.insert(connection, table, [row])
        except StatementError as failure:
            if not is_faulty(failure):
                raise
            return True
        return False

    def _insert(self, table: Table) -> Any:
        # PostgreSQL's alone takes a tenth of a server's start to load.
        dialect = import_module(f"sqlalchemy.dialects.{self.engine.dialect.name}")
        insert: Insert = dialect.insert(table)
        return insert


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Open a store for one command, and close it.

    Raises:
        StoreUrlError: the URL is none of a database that can be used.
        StoreDownError: the store does not answer.
    """
    database = Database(url)
    try:
        yield database
    except SQLAlchemyError:
        raise StoreDownError(database.url.render_as_string()) from None
    finally:
        database.engine.dispose()


def is_faulty(failure: StatementError) -> bool:
    """Tell whether a row is at fault, not the database."""
    return isinstance(failure, DataError | IntegrityError) or type(failure) is StatementError


def _read(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreUrlError("not a database's URL") from None
    kind = url.get_backend_name()
    if kind not in _CONNECT:
        raise StoreUrlError(f"no {kind} database can be used")
    return url.set(drivername="postgresql+psycopg") if kind == "postgresql" else url


def _engine(url: URL) -> Engine:
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_pre_ping=True, connect_args=_CONNECT[kind])
    if kind == "sqlite":
        event.listen(engine, "connect", _readers_do_not_wait)
    return engine


def _readers_do_not_wait(connection: Any, _: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
