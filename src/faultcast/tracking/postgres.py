"""A PostgreSQL of one folder, on loopback: made at the first start, stopped at the end."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faultcast.errors import PostgresError, PostgresMissingError

_USER = "mlflow"
_DEBIAN = Path("/usr/lib/postgresql")
_LAST_LINES = 5


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL on the data of a folder; yield its address for SQLAlchemy.

    A server that a killed process left running there is stopped first. The password, drawn when the
    data are made, is in the folder's file `password`, which only its owner can read.

    Raises:
        PostgresMissingError: PostgreSQL is not installed.
        PostgresError: it does not start.
    """
    database = _Database(folder, _programs(), _owner())
    database.make()
    database.stop()
    port = free_port()
    database.start(port)
    try:
        yield f"postgresql+psycopg://{_USER}:{database.password}@127.0.0.1:{port}/postgres"
    finally:
        database.stop()


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class _Database:
    folder: Path
    programs: Path
    owner: str | None
    """Another user to run as: PostgreSQL refuses to be run by root."""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def password(self) -> str:
        return (self.folder / "password").read_text(encoding="ascii").strip()

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)  # what a killed initdb left
        secret = self.folder / "password"
        secret.unlink(missing_ok=True)
        secret.touch(mode=0o600)
        secret.write_text(f"{secrets.token_hex(16)}\n", encoding="ascii")
        if self.owner:
            for path in (self.folder, secret):
                shutil.chown(path, self.owner)
        arguments = ("--username", _USER, "--pwfile", secret, "--encoding", "UTF8", "--locale", "C")
        self._run("initdb", "--auth", "scram-sha-256", *arguments)

    def start(self, port: int) -> None:
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        log = self.folder / "postgres.log"
        try:
            self._run("pg_ctl", "start", "--wait", "--log", log, "--options", options)
        except PostgresError as failure:
            lines = log.read_text(errors="replace").splitlines() if log.exists() else []
            if not lines:
                raise
            raise PostgresError(self.folder, "\n".join(lines[-_LAST_LINES:])) from failure

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self._call("pg_ctl", "stop", "--mode", "fast", "--wait")

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = self._call(program, *arguments)
        if done.returncode != 0:
            raise PostgresError(self.folder, done.stderr.strip() or done.stdout.strip())

    def _call(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.programs / program, "--pgdata", self.data, *arguments],
            cwd="/",
            user=self.owner,
            group=pwd.getpwnam(self.owner).pw_gid if self.owner else None,
            extra_groups=[] if self.owner else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def _programs() -> Path:
    """Return the folder of PostgreSQL's programs; Debian keeps a folder a version."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    versions = sorted(_DEBIAN.glob("*/bin/pg_ctl"), key=lambda path: float(path.parts[-3]))
    if not versions:
        raise PostgresMissingError
    return versions[-1].parent


def _owner() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
