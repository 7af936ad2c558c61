"""The registry's champions in a folder, kept up to date by a process beside the server.

That process needs MLflow, the server does not.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread

import click

from faultcast.pipeline.lifeline import end_with_parent
from faultcast.programs import program, start_and_listen
from faultcast.settings import tracking_uri
from faultcast.tracking.follow import FOLLOWS

_SQLITE = "sqlite:///"
_SECONDS_BEFORE_ANOTHER = 5.0


@contextmanager
def champions(root: Path, names: Sequence[str]) -> Iterator[Callable[[], Path | None]]:
    """Let a folder follow the champions while the block runs.

    Yields what returns the folder, or None where there are no champions. It waits for the registry
    only if champions that were fetched earlier are not there to begin with; these also serve while
    a registry does not answer, which is told.

    Args:
        root: the project's folder.
        names: plants and cases, each of which must have a champion; empty: all that have one.
    """
    uri = tracking_uri(root)
    if uri.startswith(_SQLITE) and not Path(uri.removeprefix(_SQLITE)).is_file():
        yield lambda: None
        return
    registry = hashlib.sha256(uri.encode()).hexdigest()[:12]
    follower = _Follower(root, names, root / ".faultcast" / "champions" / registry)
    follower.start()
    try:
        yield partial(follower.champions, names)
    finally:
        follower.stop()


class _Follower(Thread):
    """Runs `faultcast models fetch --watch`, and again should it end; says what it says."""

    def __init__(self, root: Path, names: Sequence[str], folder: Path) -> None:
        super().__init__(name="champions", daemon=True)
        self.looked = Event()
        self.folder = folder
        self._root, self._names = root, names
        self._stopped = Event()
        self._process: subprocess.Popen[str] | None = None

    def run(self) -> None:
        """Follow until stopped."""
        while not self._stopped.is_set():
            with self._start() as self._process:
                assert self._process.stdout
                for line in self._process.stdout:
                    self._pass_on(line.rstrip())
            self.looked.set()
            self._stopped.wait(_SECONDS_BEFORE_ANOTHER)

    def champions(self, names: Sequence[str]) -> Path | None:
        """Return the folder once it holds all that are named; None if the registry has not all."""
        if not _complete(self.folder, names):
            self.looked.wait()
        return self.folder if _complete(self.folder, names) else None

    def stop(self) -> None:
        """End the process and wait for it."""
        self._stopped.set()
        while self.is_alive():
            if self._process:
                self._process.terminate()
            self.join(0.1)

    def _start(self) -> subprocess.Popen[str]:
        words = ["models", "fetch", *self._names, "--to", str(self.folder), "--watch"]
        return start_and_listen(
            [program("faultcast"), *words], self._root, partial(end_with_parent, os.getpid())
        )

    def _pass_on(self, line: str) -> None:
        if line.startswith(FOLLOWS):
            self.looked.set()
        click.echo(line, err=True)


def _complete(folder: Path, names: Sequence[str]) -> bool:
    found = {path.parent.name for path in folder.glob("*/version.json")}
    return bool(found) and found >= set(names)
