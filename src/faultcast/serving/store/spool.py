"""Where forecasts wait for the store: files of lines, appended to, bounded by bytes.

A line is in the kernel's hands before its forecast is answered, so that a killed worker loses none.
Each process has a folder of its own below the spool's, locked as long as it lives; what a killed
one left is taken over by another.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from faultcast.errors import DiskError

_SEGMENT = 1024 * 1024
_ENDING = ".jsonl"


class Spool:
    """The waiting lines of one process.

    Args:
        home: the folder of all processes' spools.
        most_bytes: beyond, the oldest lines are dropped.

    Raises:
        DiskError: the folder cannot be made.
    """

    def __init__(self, home: Path, most_bytes: int) -> None:
        self.home = home
        self._folder, self._lock = _own_folder(home)
        self._most = most_bytes
        self._segment = max(1, min(_SEGMENT, most_bytes // 8))
        self._writing = threading.Lock()
        self._active: int | None = None
        self._path = self._folder
        self._count = 0
        self._sizes: dict[Path, tuple[int, int]] = {}

    @property
    def waiting_bytes(self) -> int:
        """How much waits."""
        with self._writing:
            return self._total()

    def append(self, lines: Sequence[bytes]) -> int:
        """Append lines; returns how many older ones had to go for them.

        Raises:
            OSError: the disk takes no more; the lines are lost.
        """
        text = b"".join(line + b"\n" for line in lines)
        with self._writing:
            descriptor = self._open()
            size, count = self._sizes.get(self._path, (0, 0))
            written = os.write(descriptor, text)
            self._sizes[self._path] = (size + written, count + len(lines))
            if written < len(text):
                self._seal()
                raise OSError(28, "no space is left for all lines", str(self._path))
            if size + written >= self._segment:
                self._seal()
            return self._drop()

    def seal(self) -> None:
        """Write no further lines into the file of the moment, so that it can be delivered."""
        with self._writing:
            self._seal()

    def sealed(self) -> list[Path]:
        """Return the files that are ready to be delivered, the oldest first."""
        with self._writing:
            return [path for path in self._sizes if self._active is None or path != self._path]

    def delivered(self, path: Path) -> None:
        """Forget a file whose lines are in the store."""
        with self._writing:
            path.unlink(missing_ok=True)
            self._sizes.pop(path, None)

    @contextmanager
    def abandoned(self) -> Iterator[list[Path]]:
        """Yield the files that killed processes left, locked against others."""
        locks = {
            folder: lock
            for folder in sorted(self.home.iterdir())
            if folder != self._folder and (lock := _lock(folder)) is not None
        }
        try:
            yield [path for folder in locks for path in sorted(folder.glob(f"*{_ENDING}"))]
            for folder in locks:
                if not any(folder.iterdir()):
                    folder.rmdir()
        finally:
            for lock in locks.values():
                os.close(lock)

    def close(self) -> None:
        """Leave what still waits to the next process."""
        self.seal()
        if not any(self._folder.iterdir()):
            self._folder.rmdir()
        os.close(self._lock)

    def _open(self) -> int:
        if self._active is None:
            self._path = self._folder / f"{self._count:012d}{_ENDING}"
            self._active = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            self._count += 1
        return self._active

    def _seal(self) -> None:
        if self._active is not None:
            os.close(self._active)
            self._active = None

    def _drop(self) -> int:
        dropped = 0
        while self._total() > self._most:
            oldest = next(iter(self._sizes))
            if oldest == self._path:
                self._seal()
            oldest.unlink(missing_ok=True)
            dropped += self._sizes.pop(oldest)[1]
        return dropped

    def _total(self) -> int:
        return sum(size for size, _ in self._sizes.values())


def read_lines(path: Path) -> list[tuple[str, bytes]]:
    """Return a file's lines with their unique ids; a last one that was cut off is left out."""
    *whole, _ = path.read_bytes().split(b"\n")
    name = f"{path.parent.name}-{path.stem}"
    return [(f"{name}-{number}", line) for number, line in enumerate(whole)]


def _own_folder(home: Path) -> tuple[Path, int]:
    """Make a folder that is locked from the moment at which others can see it."""
    folder = home / secrets.token_hex(8)
    try:
        home.mkdir(parents=True, exist_ok=True)
        while True:
            folder.mkdir(mode=0o700, exist_ok=True)
            lock = _lock(folder)
            if lock is not None and folder.exists():
                return folder, lock
            if lock is not None:
                os.close(lock)
    except OSError as reason:
        raise DiskError(folder, reason) from reason


def _lock(folder: Path) -> int | None:
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
