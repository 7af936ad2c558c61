"""Hashes of data as DVC writes them into `dvc.lock`, computed from the bytes each time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

_IGNORED = ("__pycache__", ".ipynb_checkpoints", ".*.tmp")  # as .dvcignore has them


def md5_of(file: Path) -> str:
    """Return the MD5 of a file's bytes."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "md5").hexdigest()


def listing_of(folder: Path) -> dict[str, str]:
    """Return the MD5 of every file below a folder, by its path in it."""
    names = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    return {
        name.as_posix(): md5_of(folder / name)
        for name in sorted(names)
        if not any(fnmatch(part, one) for part in name.parts for one in _IGNORED)
    }


def listing_md5(listing: Mapping[str, str]) -> str:
    """Return the hash by which DVC knows a folder with these files; it ends in `.dir`."""
    entries = [{"md5": listing[name], "relpath": name} for name in sorted(listing)]
    return hashlib.md5(json.dumps(entries).encode(), usedforsecurity=False).hexdigest() + ".dir"


def parse_listing(content: bytes) -> dict[str, str]:
    """Read the list of a folder's files that DVC keeps in its cache."""
    return {entry["relpath"]: entry["md5"] for entry in json.loads(content)}


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
