"""Hashes of files and folders: DVC's own, and one for all that a run wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from faultcast.tracking.data_hash import md5_of

LOCK = Path("requirements", "all.txt")


def dvc_hash(path: Path) -> str:
    """Return the hash by which DVC knows a file or a folder, as in `dvc.lock`.

    Of a folder it is the hash of the list of its files with theirs, and ends in `.dir`.
    """
    if path.is_file():
        return md5_of(path)
    entries = [
        {"md5": md5_of(file), "relpath": file.relative_to(path).as_posix()} for file in _files(path)
    ]
    return hashlib.md5(json.dumps(entries).encode(), usedforsecurity=False).hexdigest() + ".dir"


def outputs_hash(root: Path, outputs: Iterable[Path]) -> str:
    """Return one sha256 for the names and bytes of all files of a project's files and folders.

    Which of them are named as folders and which file by file makes no difference.
    """
    files = sorted({file for output in outputs for file in _files(output)})
    lines = [f"{file.relative_to(root).as_posix()} {_sha256(file)}\n" for file in files]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def environment_hash(root: Path) -> str:
    """Return the sha256 of the lock of all packages; empty where there is none."""
    path = root / LOCK
    return _sha256(path) if path.is_file() else ""


def _files(path: Path) -> Iterator[Path]:
    found = [path] if path.is_file() else path.rglob("*")
    inside = (file for file in found if file.is_file())
    yield from sorted(inside, key=lambda file: file.relative_to(path).as_posix())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
