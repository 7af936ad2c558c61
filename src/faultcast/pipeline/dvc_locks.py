"""DVC's locks: its state is changed by one process at a time, and stages in use are marked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from json import JSONDecodeError, loads
from pathlib import Path
from time import sleep
from typing import Any, TypeVar

T = TypeVar("T")

_SECONDS_BETWEEN_TRIES = 0.5


class DvcLocks:
    """The locks of a DVC repository, waited for where another process has them."""

    def __init__(self, repo: Any, say: Callable[[str], None]) -> None:
        """Take the repository, and who is told what is waited for."""
        self._repo = repo
        self._say = say
        self._reading = ExitStack()
        self._read: set[str] = set()
        self._writing: dict[Any, ExitStack] = {}
        self._mend()

    @contextmanager
    def state(self) -> Iterator[None]:
        """Hold the lock of DVC's state for a moment."""
        with ExitStack() as stack:
            self.patiently(lambda: stack.enter_context(self._repo.lock))
            yield

    def hold(self, stage: Any) -> None:
        """Mark what a stage reads and writes as in use, for other DVC processes to see.

        What is read stays marked until all is over: other stages of this run may read it too.
        """
        reads = [dep.fs_path for dep in stage.deps if dep.fs_path not in self._read]
        self.patiently(lambda: self._reading.enter_context(self._marked(read=reads)))
        self._read.update(reads)
        writes = [out.fs_path for out in stage.outs]
        stack = self._writing[stage] = ExitStack()
        self.patiently(lambda: stack.enter_context(self._marked(write=writes)))

    def release(self, stage: Any) -> None:
        """Take back the mark from what a stage writes."""
        self._writing.pop(stage, ExitStack()).close()

    def close(self) -> None:
        """Take back all marks."""
        for stage in list(self._writing):
            self.release(stage)
        self._reading.close()

    def _marked(self, read: list[str] | None = None, write: list[str] | None = None) -> Any:
        from dvc.rwlock import rwlock

        # The same words as in DVC's own marks: it then knows its own.
        command = " ".join(sys.argv)
        hardlink = self._repo.config["core"].get("hardlink_lock", False)
        return rwlock(self._repo.tmp_dir, self._repo.fs, command, read or [], write or [], hardlink)

    def patiently(self, action: Callable[[], T]) -> T:
        """Do something, again and again while what it needs is in use by another DVC process."""
        from dvc.lock import LockError

        said = ""
        while True:
            try:
                return action()
            except LockError as busy:
                reason = str(busy).split("\n\n", maxsplit=1)[0]
                if reason != said:
                    self._say(f"waiting for another DVC process: {reason}")
                said = reason
                sleep(_SECONDS_BETWEEN_TRIES)

    def _mend(self) -> None:
        """Remove a file of marks that a killed process left half-written."""
        marks = Path(self._repo.tmp_dir) / "rwlock"
        try:
            loads(marks.read_text(encoding="utf-8"))
        except FileNotFoundError:
            pass
        except (JSONDecodeError, UnicodeDecodeError):
            with self.state():
                marks.unlink(missing_ok=True)
