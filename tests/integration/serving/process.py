"""`faultcast serve` as people run it: a process of its own on a free port of the loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil

_SECONDS_TO_START = 90


@contextmanager
def serving(
    folder: Path, *options: str, **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """Run the command in a folder; yield its process, once it is ready, and a client."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("faultcast")
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [program, "serve", "--port", str(port), *options],
            cwd=folder,
            env=os.environ | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            _wait_for(server, client, folder / "server.log")
            yield server, client
    finally:
        server.terminate()
        server.wait()


def workers(server: psutil.Process) -> list[psutil.Process]:
    """Return the processes that answer; the others are the interpreter's own."""
    found = []
    for child in server.children():
        with suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
    return found


def _wait_for(server: subprocess.Popen[bytes], client: httpx.Client, log: Path) -> None:
    end = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        try:
            if client.get("/health/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the server is not ready:\n{log.read_text()}")
