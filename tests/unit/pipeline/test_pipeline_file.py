from __future__ import annotations

from pathlib import Path

import pytest

from faultcast.errors import PipelineFileError
from faultcast.pipeline.pipeline_file import PipelineFile

TEXT = """\
# The belt.

stages:
  # First of all.
  ingest:
    cmd: faultcast ingest mill   # quick
    deps:
    - data/raw/mill
    outs:
    - data/interim/mill: {persist: true}

  features:
    matrix:
      plant: ${plants}
    cmd: >-
      faultcast notebook run notebooks/02.ipynb reports/${item.plant}/02
      -o data/${item.plant} -p plant ${item.plant} -p hours 24
    outs:
    - data/${item.plant}:
        persist: true
    - reports/${item.plant}/02
    metrics:
    - metrics.json:
        cache: false
"""


@pytest.fixture
def file(tmp_path: Path) -> PipelineFile:
    (tmp_path / "dvc.yaml").write_text(TEXT)
    return PipelineFile(tmp_path)


def test_an_unchanged_file_keeps_its_bytes(file: PipelineFile) -> None:
    assert file.changed_text() == TEXT


def test_a_change_keeps_comments_and_everything_else(file: PipelineFile) -> None:
    file.put("ingest", {"deps": ["data/raw/mill", "configs/plants/mill.yaml"]})
    file.write()
    changed = file.path.read_text()
    assert changed == TEXT.replace(
        "    - data/raw/mill\n", "    - data/raw/mill\n    - configs/plants/mill.yaml\n"
    )


def test_a_new_stage_comes_last_and_is_changed_in_place(file: PipelineFile) -> None:
    file.put("new", {"cmd": "true", "matrix": None, "deps": ["a"]})
    file.put("new", {"cmd": "false", "deps": None})
    file.write()
    assert file.path.read_text() == f"{TEXT}  new:\n    cmd: 'false'\n"


def test_a_stage_is_read_as_it_is_written(file: PipelineFile) -> None:
    stage = file.get("features")
    assert stage is not None
    assert stage.notebook == Path("notebooks/02.ipynb")
    assert stage.parameters == (("plant", "${item.plant}"), ("hours", "24"))
    assert stage.written == ("reports/${item.plant}/02", "data/${item.plant}")
    assert stage.outputs == ("data/${item.plant}", "reports/${item.plant}/02", "metrics.json")
    assert stage.removed_first == ("reports/${item.plant}/02",)


def test_a_stage_that_runs_no_notebook_says_so(file: PipelineFile) -> None:
    stage = file.get("ingest")
    assert stage is not None
    assert stage.notebook is None
    assert stage.written == ()


def test_a_project_without_the_file_begins_one(tmp_path: Path) -> None:
    file = PipelineFile(tmp_path)
    file.put("s", {"cmd": "true"})
    file.write()
    assert file.path.read_text() == "stages:\n  s:\n    cmd: 'true'\n"


@pytest.mark.parametrize("text", ["stages: [", "[a]", "stages\n"])
def test_a_file_that_is_no_pipeline_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "dvc.yaml").write_text(text)
    with pytest.raises(PipelineFileError, match=r"dvc\.yaml: not a DVC pipeline"):
        PipelineFile(tmp_path)
