"""The bytes of an exported model, checked against what its manifest says of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from faultcast.errors import ModelFileError, StageNotRunError


def read_graph(path: Path, sha256: str, stage: str) -> bytes:
    """Read an ONNX file.

    Args:
        path: the file.
        sha256: what its manifest says of its content.
        stage: the stage that writes it, for the message.

    Raises:
        StageNotRunError: it is not there.
        ModelFileError: it is not the one that the manifest describes.
    """
    if not path.is_file():
        raise StageNotRunError(path, stage)
    graph = path.read_bytes()
    found = hashlib.sha256(graph).hexdigest()
    if found != sha256:
        raise ModelFileError(path, expected=sha256, found=found)
    return graph
