"""A PostgreSQL that tests stop and start again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from faultcast.errors import PostgresMissingError
from faultcast.tracking import postgres


class Server:
    """A PostgreSQL on one port, whether it runs or not."""

    def __init__(self, folder: Path) -> None:
        self._database = postgres._Database(folder, postgres._programs(), postgres._owner())
        self._database.make()
        self._port = postgres.free_port()
        self.start, self.stop = lambda: self._database.start(self._port), self._database.stop
        self.url = f"postgresql://mlflow:{self._database.password}@127.0.0.1:{self._port}/postgres"


@contextmanager
def stopped_server() -> Iterator[Server]:
    """Yield a server that does not run yet; skip the test where there is no PostgreSQL."""
    # Not in pytest's folder: started by root, PostgreSQL is another user, who cannot enter that.
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        try:
            server = Server(Path(name) / "server")
        except PostgresMissingError:
            pytest.skip("there is no PostgreSQL here: install Debian's package postgresql")
        yield server
        server.stop()
