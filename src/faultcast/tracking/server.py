"""An MLflow server on PostgreSQL, on loopback: what `make tracking-server` and the tests start."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

from faultcast.errors import ServerBusyError, ServerError
from faultcast.tracking.postgres import free_port, postgres

_SECONDS_TO_START = 120.0
_SECONDS_TO_END = 10.0
_SECONDS_BETWEEN_LOOKS = 0.1
_LAST_LINES = 8


class MlflowServer:
    """An MLflow server that can be started and stopped again and again, at one address."""

    def __init__(self, store: str, folder: Path, port: int) -> None:
        """Take the address of the database, the folder of artifacts and log, and the port."""
        self.uri = f"http://127.0.0.1:{port}"
        self._store, self._folder, self._port = store, folder, port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self._folder / "mlflow.log"

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            ServerError: it ends, or stays silent.
        """
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_COMMAND, "--port", str(self._port)],
                cwd=self._folder,
                env=os.environ
                | {
                    # Not among the arguments, which every user of the machine can read.
                    "MLFLOW_BACKEND_STORE_URI": self._store,
                    "MLFLOW_ARTIFACTS_DESTINATION": (self._folder / "artifacts").as_uri(),
                    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
                    "MLFLOW_DISABLE_TELEMETRY": "true",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and its workers."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def stop(self) -> None:
        """Ask it to end; insist after some seconds."""
        if not self._process:
            return
        self.signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SECONDS_TO_END)
        self.kill()

    def kill(self) -> None:
        """End it and its workers at once."""
        if self._process:
            self.signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _wait(self) -> None:
        assert self._process
        deadline = monotonic() + _SECONDS_TO_START
        while monotonic() < deadline and self._process.poll() is None:
            with suppress(URLError, OSError), urlopen(f"{self.uri}/health", timeout=1):
                return
            sleep(_SECONDS_BETWEEN_LOOKS)
        self.kill()
        lines = self.log.read_text(errors="replace").splitlines()
        raise ServerError(self.log, "\n".join(lines[-_LAST_LINES:]))


# PYTHONPATH and the user's site stay as they are; -P keeps the working directory out.
_COMMAND = (sys.executable, "-P", "-m", "mlflow", "server", "--host", "127.0.0.1", "--workers", "1")


@contextmanager
def tracking_server(folder: Path, port: int = 0) -> Iterator[MlflowServer]:
    """Run PostgreSQL and an MLflow server on it; yield the server.

    Args:
        folder: holds the database, the artifacts and the logs; made where there is none.
        port: of the server; 0 for a free one.

    Raises:
        ServerBusyError: another one runs on this folder.
        PostgresMissingError, PostgresError, ServerError: a part does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServerBusyError(folder) from None
        with postgres(folder / "postgres") as store:
            server = MlflowServer(store, folder, port or free_port())
            try:
                server.start()
                yield server
            finally:
                server.stop()
