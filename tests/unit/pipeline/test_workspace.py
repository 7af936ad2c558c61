from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from faultcast.config.layout import Layout
from faultcast.errors import MissingOutputError
from faultcast.pipeline.workspace import isolated


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "my project"
    for folder in ("configs", "notebooks", "data/interim/mill/canonical", "data/raw/mill", ".git"):
        (root / folder).mkdir(parents=True)
    (root / "params.yaml").write_text("plants: [mill]\n")
    (root / "data/raw/mill/telemetry.csv").write_text("readings")
    earlier = root / "data/interim/mill/features"
    earlier.mkdir()
    (earlier / "features.parquet").write_text("earlier")
    (earlier / "forgotten.parquet").write_text("earlier")
    return root


def test_the_mirror_looks_like_the_project(root: Path) -> None:
    output = root / "data/interim/mill/features"
    with isolated(root, root / "notebooks", [output]) as workspace:
        folder = workspace.mirrored(root / "notebooks")
        layout = Layout.find(folder)
        assert layout.root == workspace.mirror
        assert (layout.raw("mill") / "telemetry.csv").read_text() == "readings"
        assert (folder / "../data/raw/mill/telemetry.csv").read_text() == "readings"
        assert layout.root.name == root.name


def test_outputs_begin_empty_and_replace_the_earlier_ones_whole(root: Path) -> None:
    output = root / "data/interim/mill/features"
    with isolated(root, root / "notebooks", [output]) as workspace:
        new = workspace.mirrored(output)
        assert list(new.iterdir()) == []
        (new / "features.parquet").write_text("new")
        assert (output / "features.parquet").read_text() == "earlier"
        assert workspace.publish() == ()
    assert {one.name: one.read_text() for one in output.iterdir()} == {"features.parquet": "new"}


def test_a_failure_leaves_the_earlier_outputs(root: Path) -> None:
    output = root / "data/interim/mill/features"
    with suppress(RuntimeError), isolated(root, root / "notebooks", [output]) as workspace:
        (workspace.mirrored(output) / "features.parquet").write_text("half")
        raise RuntimeError
    assert sorted(one.name for one in output.iterdir()) == ["features.parquet", "forgotten.parquet"]
    assert (output / "features.parquet").read_text() == "earlier"


def test_an_empty_output_is_refused_and_nothing_is_moved(root: Path) -> None:
    outputs = [root / "data/interim/mill/features", root / "reports/mill"]
    with isolated(root, root / "notebooks", outputs) as workspace:
        (workspace.mirrored(outputs[0]) / "features.parquet").write_text("new")
        with pytest.raises(MissingOutputError, match="reports/mill"):
            workspace.publish()
    assert (outputs[0] / "features.parquet").read_text() == "earlier"


def test_what_is_written_elsewhere_reaches_the_project_and_is_told(root: Path) -> None:
    output = root / "reports/mill/explore"
    with isolated(root, root / "notebooks", [output]) as workspace:
        (workspace.mirrored(output) / "page.html").write_text("page")
        (workspace.mirrored(root / "reports/mill") / "extra.csv").write_text("extra")
        (workspace.mirrored(root / "data/raw/mill") / "late.csv").write_text("through the link")
        assert workspace.publish() == (root / "reports/mill/extra.csv",)
    assert (root / "reports/mill/extra.csv").read_text() == "extra"
    assert (root / "data/raw/mill/late.csv").read_text() == "through the link"


def test_nothing_of_a_run_is_left(root: Path) -> None:
    output = root / "reports/mill"
    with isolated(root, root / "notebooks", [output]) as workspace:
        (workspace.mirrored(output) / "page.html").write_text("page")
        workspace.publish()
    assert list((root / ".faultcast/runs").iterdir()) == []


def test_what_a_killed_run_left_is_removed_by_the_next(root: Path) -> None:
    abandoned = root / ".faultcast/runs/killed"
    abandoned.mkdir(parents=True)
    (abandoned / "half.parquet").write_text("half")
    with isolated(root, root / "notebooks", [root / "reports"]):
        assert not abandoned.exists()


def test_a_run_leaves_another_that_is_alive_alone(root: Path) -> None:
    with isolated(root, root / "notebooks", [root / "reports/a"]) as one:
        with isolated(root, root / "notebooks", [root / "reports/b"]):
            assert one.mirror.is_dir()
        assert one.mirror.is_dir()


def test_an_output_on_another_file_system_is_replaced_whole(root: Path, tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm") / f"faultcast-{os.getpid()}"
    if not elsewhere.parent.is_dir() or elsewhere.parent.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system at /dev/shm")
    elsewhere.mkdir()
    try:
        (root / "models").symlink_to(elsewhere)
        output = root / "models/mill"
        output.mkdir()
        (output / "old.onnx").write_text("old")
        with isolated(root, root / "notebooks", [output]) as workspace:
            (workspace.mirrored(output) / "model.onnx").write_text("new")
            workspace.publish()
        assert [one.name for one in output.iterdir()] == ["model.onnx"]
    finally:
        for file in sorted(elsewhere.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        elsewhere.rmdir()
