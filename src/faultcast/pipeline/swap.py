"""Put a new file or folder in the place of an earlier one at one stroke."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from faultcast.files import put_in_place, replacing, replacing_folder


def swap(new: Path, target: Path) -> None:
    """Move `new` to `target`; what was there before is at `new` afterwards, or gone.

    Raises:
        DiskError: another file system ran full while it was copied to; `target` is untouched.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        put_in_place(new, target)
    except OSError as failure:
        if failure.errno != errno.EXDEV:
            raise
        _across_file_systems(new, target)


def _across_file_systems(new: Path, target: Path) -> None:
    if new.is_dir():
        with replacing_folder(target) as draft:
            shutil.copytree(new, draft, dirs_exist_ok=True)
    else:
        with replacing(target) as draft:
            shutil.copy2(new, draft)
