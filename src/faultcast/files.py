"""Write to a temporary name beside the target and move it into place: complete or not at all."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from faultcast.errors import DiskError

WRITE_FAILURES = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.EIO,
    errno.EEXIST,
    errno.ENOTDIR,
    errno.EISDIR,
}

_HERE = -100  # AT_FDCWD: paths are relative to the working directory
_EXCHANGE = 2  # RENAME_EXCHANGE
_NOT_POSSIBLE = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a temporary path that becomes the file `target` when the block ends well.

    Raises:
        DiskError: the file could not be written; `target` is untouched.
    """
    with _beside(target) as scratch:
        draft = scratch / target.name
        yield draft
        draft.replace(target)


@contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary folder that becomes the folder `target` when the block ends well.

    Files of an earlier `target` are not carried over.

    Raises:
        DiskError: a file could not be written; `target` is untouched.
    """
    with _beside(target) as scratch:
        draft = scratch / target.name
        draft.mkdir()
        yield draft
        put_in_place(draft, target)


def put_in_place(new: Path, target: Path) -> None:
    """Rename `new` to `target` at one stroke; what was there before takes the place of `new`."""
    if not os.path.lexists(target):
        new.rename(target)
    elif not _exchange(new, target):
        _in_two_steps(new, target)


@contextmanager
def scratch_folder(parent: Path, prefix: str = "", suffix: str = "") -> Iterator[Path]:
    """Yield a new folder that is locked while this process lives, and gone afterwards.

    Those of killed processes, which nobody holds the lock of, are removed first.
    """
    _remove_abandoned(parent.glob(f"{prefix}*{suffix}"))
    scratch, lock = _locked_folder(parent, prefix, suffix)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        os.close(lock)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(target.parent, f".{target.name}.", ".tmp") as scratch:
            yield scratch
    except OSError as reason:
        if reason.errno not in WRITE_FAILURES:
            raise
        raise DiskError(target, reason) from reason


def _exchange(new: Path, target: Path) -> bool:
    """Exchange two names atomically; False where the system cannot."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    if libc.renameat2(_HERE, os.fsencode(new), _HERE, os.fsencode(target), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_POSSIBLE:
        return False
    raise OSError(number, os.strerror(number), str(target))


def _in_two_steps(new: Path, target: Path) -> None:
    earlier = new.with_name(f"{new.name}.earlier")
    try:
        target.rename(earlier)
        new.rename(target)
    except BaseException:
        if not os.path.lexists(target) and os.path.lexists(earlier):
            earlier.rename(target)
        raise


def _locked_folder(parent: Path, prefix: str, suffix: str) -> tuple[Path, int]:
    while True:
        scratch = Path(tempfile.mkdtemp(prefix=prefix, suffix=suffix, dir=parent))
        lock = os.open(scratch, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if scratch.exists():  # else another run took it for an abandoned one before it was locked
            return scratch, lock
        os.close(lock)


def _remove_abandoned(folders: Iterable[Path]) -> None:
    for folder in folders:
        with suppress(FileNotFoundError, NotADirectoryError, BlockingIOError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
