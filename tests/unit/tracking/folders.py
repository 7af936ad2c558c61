"""Folders that look like a trained model's, without a training."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def write_model(folder: Path, graph: bytes = b"graph", **more: object) -> Path:
    """Write a model's folder whose graph is any bytes; `more` goes into the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(graph)
    manifest = {
        "plant": "mill",
        "inputs": [{"name": "heat_last", "type": "float32"}],
        "outputs": [{"name": "probability_machine", "type": "float32"}],
        "model": {"file": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest()},
        **more,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder
