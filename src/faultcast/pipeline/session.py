"""A kernel process of one run: started, asked, interrupted, stopped."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import TYPE_CHECKING, Any

from faultcast.pipeline.imports import lean_jupyter

if TYPE_CHECKING:
    from jupyter_client.asynchronous.client import AsyncKernelClient

_CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
_LONGEST_SOCKET_NAME = 100  # 108 bytes on Linux, 104 on macOS
_LAST_LINES = 12
_SECONDS_TO_END = 2.0
_BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss


class KernelSession:
    """A Python kernel on Unix sockets, in a process group of its own; it ends with this process."""

    def __init__(self, folder: Path, environment: Mapping[str, str], scratch: Path) -> None:
        """Start the kernel; it is ready some tenths of a second later.

        Args:
            folder: working directory of the cells.
            environment: variables of the kernel.
            scratch: folder for the connection file and the kernel's log.
        """
        self.log = scratch / "kernel.log"
        self._sockets = (
            scratch if len(str(scratch)) < _LONGEST_SOCKET_NAME - 10 else _short_folder()
        )
        self._connection: dict[str, Any] = {
            "transport": "ipc",
            "ip": str(self._sockets / "kernel"),
            "key": secrets.token_hex(),
            "signature_scheme": "hmac-sha256",
            **{f"{channel}_port": number for number, channel in enumerate(_CHANNELS, start=1)},
        }
        connection = scratch / "connection.json"
        connection.touch(mode=0o600)
        connection.write_text(json.dumps(self._connection), encoding="utf-8")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "faultcast.pipeline.kernel", "-f", str(connection)],
                cwd=folder,
                env={**environment, "JPY_PARENT_PID": str(os.getpid())},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    @property
    def listening(self) -> bool:
        """Whether clients can connect; one that fails tries again only a while later."""
        names = (f"kernel-{number}" for number in range(1, len(_CHANNELS) + 1))
        return all((self._sockets / name).exists() for name in names)

    @property
    def peak_memory(self) -> int:
        """The most memory that the kernel held, in bytes; known once it has ended."""
        return getrusage(RUSAGE_CHILDREN).ru_maxrss * _BYTES_PER_UNIT

    def last_words(self) -> str:
        """Return the end of what the process wrote outside of cells: the report of a crash."""
        return "\n".join(self.logged().strip().splitlines()[-_LAST_LINES:])

    def logged(self) -> str:
        """Return all that the process wrote outside of cells."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def obituary(self) -> str:
        """Say how the dead process ended and how much memory it held."""
        code = self._process.wait()
        held = self.memory_held()
        if code == -signal.SIGKILL:
            return f"the kernel was killed, as the system does when memory runs out; {held}"
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        return f"the kernel ended {how}; {held}\n{self.last_words()}".strip()

    def memory_held(self) -> str:
        """Say how much memory the dead process held."""
        return f"it held {self.peak_memory / 2**30:.2f} GiB at most"

    def client(self) -> AsyncKernelClient:
        """Return a client for the running event loop."""
        with lean_jupyter():
            from jupyter_client.asynchronous.client import AsyncKernelClient

        session = self

        class Client(AsyncKernelClient):
            async def _async_is_alive(self) -> bool:
                return session.alive

            is_alive = _async_is_alive

        client = Client()
        client.load_connection_info(self._connection)  # type: ignore[arg-type]  # it fits
        return client

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the running cell."""
        self._process.send_signal(signal.SIGINT)

    def stop(self) -> None:
        """End the kernel and all that it started; one that was asked to end gets a moment."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SECONDS_TO_END)
        self.kill()

    def kill(self) -> None:
        """End the kernel and all that it started, at once."""
        with suppress(ProcessLookupError, PermissionError):  # all have ended; macOS says the latter
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._sockets.name.startswith("faultcast-"):
            shutil.rmtree(self._sockets, ignore_errors=True)


def _short_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="faultcast-", dir="/tmp"))
