"""Write to a temporary name beside the target and move it into place: complete or not at all."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faultcast.errors import DiskError

_WRITE_FAILURES = {
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


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a temporary path that becomes the file `target` when the block ends well.

    Raises:
        DiskError: the file could not be written; `target` is untouched.
    """
    with _scratch(target) as scratch:
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
    with _scratch(target) as scratch:
        draft, earlier = scratch / target.name, scratch / f"{target.name}.earlier"
        draft.mkdir()
        yield draft
        if target.exists():
            target.replace(earlier)
        draft.replace(target)


@contextmanager
def _scratch(target: Path) -> Iterator[Path]:
    scratch = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(
            tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
        )
        yield scratch
    except OSError as reason:
        if reason.errno not in _WRITE_FAILURES:
            raise
        raise DiskError(target, reason) from reason
    finally:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
