"""`manifest.json` in a model's folder: read and written alike for plants and cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ValidationError

from faultcast.config.frozen import Frozen
from faultcast.errors import ManifestError, StageNotRunError
from faultcast.files import replacing

MANIFEST_FILE = "manifest.json"

T = TypeVar("T", bound=Frozen)


def read_manifest(folder: Path, kind: type[T], stage: str) -> T:
    """Read the manifest of a model's folder.

    Args:
        folder: such as `models/<plant>`.
        kind: what it is read as.
        stage: the stage that writes it, for the message.

    Raises:
        StageNotRunError: there is none.
        ManifestError: it cannot be read.
    """
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise StageNotRunError(path, f"{stage}@{folder.name}")
    try:
        return kind.model_validate_json(path.read_bytes())
    except ValidationError as invalid:
        first = invalid.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise ManifestError(path, f"{place}: {first['msg']}") from None


def write_manifest(folder: Path, manifest: Frozen) -> None:
    """Write a manifest into a model's folder; its keys stay in order, as features do.

    Raises:
        DiskError: it could not be written.
    """
    with replacing(folder / MANIFEST_FILE) as draft:
        draft.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")


def model_kind(folder: Path) -> Literal["plant", "case"]:
    """Tell whether a model's folder holds a plant's model or a case's.

    Raises:
        StageNotRunError: it holds none.
        ManifestError: its manifest cannot be read.
    """
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise StageNotRunError(path, f"train@{folder.name}")
    try:
        return "case" if json.loads(path.read_bytes()).get("kind") == "case" else "plant"
    except (ValueError, AttributeError):
        raise ManifestError(path, "not a JSON object") from None
