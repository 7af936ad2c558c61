"""The simulator's receipt: which files are its own, so that it replaces no others."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from faultcast.errors import ForeignLogsError

_RECEIPT = "simulated.json"


def write_receipt(folder: Path) -> None:
    """Note the SHA-256 of every file in a folder."""
    text = json.dumps(_checksums(folder), indent=2, sort_keys=True, ensure_ascii=False)
    (folder / _RECEIPT).write_text(f"{text}\n", encoding="utf-8")


def check_replaceable(folder: Path) -> None:
    """Accept a folder that is missing, empty, or holds nothing but what its receipt lists.

    Raises:
        ForeignLogsError: a file is not on the receipt or has changed, as a real plant's would.
    """
    listed = _read(folder / _RECEIPT)
    present = _checksums(folder)
    foreign = [file for file, checksum in present.items() if listed.get(file) != checksum]
    if foreign:
        raise ForeignLogsError(folder, foreign)


def _checksums(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {
        file.relative_to(folder).as_posix(): sha256(file.read_bytes()).hexdigest()
        for file in files
        if file != folder / _RECEIPT
    }


def _read(receipt: Path) -> dict[str, str]:
    try:
        listed = json.loads(receipt.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return listed if isinstance(listed, dict) else {}
