"""A trained model as a folder: `manifest.json`, and the files that it names by their sha256.

This is all that the registry asks of a model. In the manifest, `inputs` and `outputs` list the
columns of the signature (`name`, and `tensor` or `type`), and `model`, like any other key, may
describe a file (`file`, `sha256`). What the manifest does not name does not belong to the model.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from faultcast.errors import ModelFolderError, StageNotRunError
from faultcast.scoring.manifest_file import MANIFEST_FILE
from faultcast.tracking.hashes import sha256_of


@dataclass(frozen=True)
class ModelFolder:
    """A model whose files are those that its manifest describes.

    `digest` is the manifest's sha256. Through the hashes in it, it stands for every byte of the
    model: two folders with one digest are one model. `files` maps each file's name to its sha256,
    `model_sha256` is that of the graph that forecasts.
    """

    path: Path
    digest: str
    model_file: str
    model_sha256: str
    files: Mapping[str, str]
    inputs: Sequence[Mapping[str, str]]
    outputs: Sequence[Mapping[str, str]]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a folder and recompute every hash.

        Raises:
            StageNotRunError: there is no manifest.
            ModelFolderError: the manifest lacks a part, or a file is missing or another one.
        """
        manifest = path / MANIFEST_FILE
        if not manifest.is_file():
            raise StageNotRunError(manifest, f"train@{path.name}")
        content = manifest.read_bytes()
        described = _parse(manifest, content)
        files = _files(described)
        folder = cls(
            path=path,
            digest=hashlib.sha256(content).hexdigest(),
            model_file=described["model"]["file"],
            model_sha256=described["model"]["sha256"],
            files={MANIFEST_FILE: hashlib.sha256(content).hexdigest(), **files},
            inputs=described["inputs"],
            outputs=described["outputs"],
        )
        folder._check()
        return folder

    def copy_to(self, target: Path) -> None:
        """Copy the model's files, and no others, into a folder that is there."""
        for name in self.files:
            shutil.copyfile(self.path / name, target / name)

    def _check(self) -> None:
        for name, expected in self.files.items():
            file = self.path / name
            if Path(name).name != name or not file.is_file():
                raise ModelFolderError(str(file), "named by the manifest, and not there")
            found = sha256_of(file)
            if found != expected:
                raise ModelFolderError(
                    str(file),
                    f"its sha256 is {found[:12]}..., the manifest says {expected[:12]}...: the "
                    "file is not the one that was trained",
                )


def _parse(manifest: Path, content: bytes) -> dict[str, Any]:
    try:
        described = json.loads(content)
        lacks = [key for key in ("model", "inputs", "outputs") if not described.get(key)]
    except (ValueError, AttributeError) as fault:
        raise ModelFolderError(str(manifest), f"not the manifest of a model: {fault}") from None
    if lacks or "model" not in _files_by_key(described):
        what = ", ".join(lacks or ["model.file and model.sha256"])
        raise ModelFolderError(str(manifest), f"not the manifest of a model: it lacks {what}")
    return dict(described)


def _files(described: Mapping[str, Any]) -> dict[str, str]:
    return {one["file"]: one["sha256"] for one in _files_by_key(described).values()}


def _files_by_key(described: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    return {
        key: value
        for key, value in described.items()
        if isinstance(value, Mapping) and {"file", "sha256"} <= value.keys()
    }
