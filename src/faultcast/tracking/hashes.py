"""Hashes of files and folders, computed from the bytes each time: DVC's own, and sha256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path

LOCK = Path("requirements", "all.txt")
_IGNORED = ("__pycache__", ".ipynb_checkpoints", ".*.tmp")  # as .dvcignore has them


def dvc_hash(path: Path) -> str:
    """Return the hash by which DVC knows a file or a folder, as in `dvc.lock`."""
    return md5_of(path) if path.is_file() else listing_md5(listing_of(path))


def md5_of(file: Path) -> str:
    """Return the MD5 of a file's bytes."""
    return _digest(file, "md5")


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
    return _digest(file, "sha256")


def outputs_hash(root: Path, outputs: Iterable[Path]) -> str:
    """Return one sha256 for the names and bytes of all files of a project's files and folders.

    Which of them are named as folders and which file by file makes no difference.
    """
    found = {file for path in outputs for file in (path, *path.rglob("*")) if file.is_file()}
    lines = [f"{file.relative_to(root).as_posix()} {sha256_of(file)}\n" for file in sorted(found)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def environment_hash(root: Path) -> str:
    """Return the sha256 of the lock of all packages; empty where there is none."""
    path = root / LOCK
    return sha256_of(path) if path.is_file() else ""


def _digest(file: Path, name: str) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, name).hexdigest()
