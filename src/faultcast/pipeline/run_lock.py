"""One run at a time in a checkout; who comes second is told what it waits for."""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import IO

_SECONDS_BETWEEN_TRIES = 0.2


class RunLock:
    """The lock of a checkout, with a note for others on what the holder is doing.

    The system releases it when the process ends, however it ends.
    """

    def __init__(self, file: IO[str]) -> None:
        """Take the open, locked file."""
        self._file = file

    def note(self, stages: Sequence[str]) -> None:
        """Leave word of which stages are running."""
        holder = {
            "pid": os.getpid(),
            "user": _user(),
            "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
            "stages": list(stages),
        }
        self._file.seek(0)
        self._file.truncate()
        json.dump(holder, self._file)
        self._file.flush()


@contextmanager
def run_lock(root: Path, say: Callable[[str], None]) -> Iterator[RunLock]:
    """Hold the checkout's lock; while another run has it, wait and say so once a holder's state."""
    path = root / ".faultcast" / "run.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        said = ""
        while not _locked(file):
            if (holder := _holder(file)) != said:
                said = holder
                say(f"waiting: {holder}")
            sleep(_SECONDS_BETWEEN_TRIES)
        lock = RunLock(file)
        lock.note([])
        yield lock


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return f"user {os.getuid()}"


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: IO[str]) -> str:
    file.seek(0)
    try:
        holder = json.load(file)
    except json.JSONDecodeError:  # it is writing its note just now
        return "another run has this checkout"
    stages = f" at {', '.join(holder['stages'])}" if holder["stages"] else ""
    return (
        f"{holder['user']}'s `{holder['command']}` (process {holder['pid']}) is{stages or ' busy'}"
    )
