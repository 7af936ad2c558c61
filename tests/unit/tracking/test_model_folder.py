"""A model's folder is what its manifest says, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from faultcast.errors import ModelFolderError, StageNotRunError
from faultcast.tracking.model_folder import ModelFolder
from tests.unit.tracking.folders import write_model


def test_equal_bytes_have_one_digest_and_any_other_byte_another(tmp_path: Path) -> None:
    first, same, other, renamed = (
        ModelFolder.read(write_model(tmp_path / name, graph, plant=plant)).digest
        for name, graph, plant in [
            ("a", b"graph", "mill"),
            ("b", b"graph", "mill"),
            ("c", b"grapf", "mill"),
            ("d", b"graph", "mile"),
        ]
    )
    assert first == same
    assert len({first, other, renamed}) == 3


def test_what_the_manifest_does_not_name_is_not_copied(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model")
    (folder / "model.pkl").write_bytes(b"code that runs when it is read")
    (tmp_path / "copy").mkdir()

    ModelFolder.read(folder).copy_to(tmp_path / "copy")

    copied = {path.name for path in (tmp_path / "copy").iterdir()}
    assert copied == {"manifest.json", "model.onnx"}


def test_a_changed_byte_of_a_file_is_found(tmp_path: Path) -> None:
    folder = write_model(tmp_path)
    (folder / "model.onnx").write_bytes(b"grapf")
    with pytest.raises(ModelFolderError, match=r"model\.onnx: its sha256 is .* manifest says"):
        ModelFolder.read(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = write_model(tmp_path)
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelFolderError, match=r"model\.onnx: named by the manifest"):
        ModelFolder.read(folder)


def test_a_file_outside_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"graph")
    folder = write_model(tmp_path / "model")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["model"]["file"] = "../secret"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelFolderError, match="secret"):
        ModelFolder.read(folder)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "not the manifest"),
        ("[]", "not the manifest"),
        ('{"inputs": [1], "outputs": [1]}', "it lacks model"),
        ('{"inputs": [1], "outputs": [1], "model": {"file": "a"}}', r"model\.sha256"),
        ('{"model": {"file": "a", "sha256": "b"}}', "it lacks inputs, outputs"),
    ],
)
def test_a_manifest_without_a_signature_or_a_model_is_refused(
    tmp_path: Path, content: str, fault: str
) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ModelFolderError, match=fault):
        ModelFolder.read(tmp_path)


def test_an_empty_folder_is_told_which_stage_fills_it(tmp_path: Path) -> None:
    with pytest.raises(StageNotRunError, match=f"train@{tmp_path.name}"):
        ModelFolder.read(tmp_path)
