"""What the gate says of a model, kept so that a run with nothing new need not ask the registry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from faultcast.config.layout import Layout
from faultcast.files import replacing
from faultcast.scoring.manifest_file import MANIFEST_FILE
from faultcast.settings import tracking_uri


@dataclass(frozen=True)
class Answer:
    """What the gate says of a model, in a line; `refused` is a failure of the command."""

    name: str
    text: str
    refused: bool = False
    page: str | None = None


def recall(layout: Layout, name: str) -> Answer | None:
    """Return what the gate said of this model, configuration and test set; None if not asked."""
    try:
        kept = json.loads(_place(layout, name).read_text(encoding="utf-8"))
        return Answer(**kept["answer"]) if kept["asked"] == _asked(layout, name) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(layout: Layout, answer: Answer) -> None:
    """Keep what the gate said.

    Raises:
        DiskError: it could not be written.
    """
    kept = {"asked": _asked(layout, answer.name), "answer": asdict(answer)}
    with replacing(_place(layout, answer.name)) as draft:
        draft.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _place(layout: Layout, name: str) -> Path:
    return layout.root / ".faultcast" / "gate" / f"{name}.json"


def _asked(layout: Layout, name: str) -> str:
    digest = hashlib.sha256(tracking_uri(layout.root).encode())
    for path in _files(layout, name):
        digest.update(hashlib.sha256(path.read_bytes() if path.is_file() else b"").digest())
    return digest.hexdigest()


def _files(layout: Layout, name: str) -> Iterator[Path]:
    yield layout.model(name) / MANIFEST_FILE
    yield layout.plant_config(name)
    yield layout.case_config(name)
    yield layout.dataset(name) / "test.parquet"
