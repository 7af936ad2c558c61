"""Hashes of data as DVC writes them into `dvc.lock`, computed from the bytes each time."""

from __future__ import annotations

import hashlib
from pathlib import Path


def md5_of(file: Path) -> str:
    """Return the MD5 of a file's bytes."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "md5").hexdigest()
