"""Put a new file or folder in the place of an earlier one at one stroke."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from pathlib import Path

from faultcast.files import replacing, replacing_folder

_HERE = -100  # AT_FDCWD: paths are relative to the working directory
_EXCHANGE = 2  # RENAME_EXCHANGE
_NOT_POSSIBLE = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}


def swap(new: Path, target: Path) -> None:
    """Move `new` to `target`; what was there before is at `new` afterwards, or gone.

    Raises:
        DiskError: another file system ran full while it was copied to; `target` is untouched.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if not os.path.lexists(target):
            new.rename(target)
        elif not _exchange(new, target):
            _in_two_steps(new, target)
    except OSError as failure:
        if failure.errno != errno.EXDEV:
            raise
        _across_file_systems(new, target)


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
    target.rename(earlier)
    new.rename(target)


def _across_file_systems(new: Path, target: Path) -> None:
    if new.is_dir():
        with replacing_folder(target) as draft:
            shutil.copytree(new, draft, dirs_exist_ok=True)
    else:
        with replacing(target) as draft:
            shutil.copy2(new, draft)
