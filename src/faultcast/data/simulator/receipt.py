"""The simulator's receipt: which files of a raw folder it wrote, so that no one else's are replaced."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from faultcast.errors import ForeignLogsError

_RECEIPT = "simulated.json"


def write_receipt(folder: Path) -> None:
    """Note the SHA-256 of every file in a folder."""
    receipt = json.dumps(_checksums(folder), indent=2, sort_keys=True, ensure_ascii=False)
    (folder / _RECEIPT).write_text(receipt + "\n", encoding="utf-8")


def check_overwritable(folder: Path) -> None:
    """Accept a folder that is missing, empty, or holds only files as the simulator wrote them.

    Raises:
        ForeignLogsError: it holds anything else, for example a real plant's logs.
    """
    present = _checksums(folder)
    written = _read(folder / _RECEIPT)
    foreign = sorted(file for file, checksum in present.items() if written.get(file) != checksum)
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
    if not receipt.is_file():
        return {}
    try:
        content = json.loads(receipt.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
