"""The data sets of a run: their hashes and sizes, by part, as parameters and metrics."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from faultcast.scoring.manifest import Part
from faultcast.tracking.hashes import dvc_hash


def hashes(folder: Path, parts: Mapping[str, Part]) -> dict[str, str]:
    """Hash the data sets: sha256 as in the manifest, md5 as in `dvc.lock` and DVC's cache.

    Args:
        folder: holds a Parquet file a part.
        parts: what the manifest says of them, by name.
    """
    sha256 = {f"{name}.sha256": part.sha256 for name, part in parts.items()}
    md5 = {f"{name}.md5": dvc_hash(folder / f"{name}.parquet") for name in parts}
    return {**sha256, **md5, "dataset.md5": dvc_hash(folder)}


def sizes(folder: Path, parts: Mapping[str, Part]) -> dict[str, float]:
    """Return the rows of each part and the bytes of its file; the arguments are those of hashes."""
    found = {}
    for name, part in parts.items():
        found[f"{name}.rows"] = float(part.rows)
        found[f"{name}.bytes"] = float((folder / f"{name}.parquet").stat().st_size)
    return found
