from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from faultcast.errors import NotebookError
from faultcast.pipeline.extract import entry_of, extract_path, write_extracts
from tests.unit.pipeline.notebooks import code, markdown, parameters, write_notebook

NOTEBOOK = Path("notebooks/n.ipynb")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("wear", "other"):
        module = tmp_path / "src/mill" / f"{name}.py"
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text("rate = 1\n")
    return tmp_path


CELLS = (markdown("# Wear"), parameters("plant = 'a'"), code("from mill import wear"))


def extract(root: Path, *cells: dict[str, Any]) -> str:
    if cells:
        write_notebook(root / NOTEBOOK, *cells)
    write_extracts(root, [NOTEBOOK])
    return (root / extract_path(NOTEBOOK)).read_text()


def test_saving_with_outputs_changes_nothing(root: Path) -> None:
    before = extract(root, *CELLS)
    printed = {"output_type": "stream", "name": "stdout", "text": "1"}
    ran = {**CELLS[2], "outputs": [printed], "execution_count": 3, "metadata": {"execution": {}}}
    assert extract(root, CELLS[0], CELLS[1], ran) == before


def test_editing_prose_changes_nothing(root: Path) -> None:
    before = extract(root, *CELLS)
    assert extract(root, markdown("# Tear"), *CELLS[1:], markdown("The end.")) == before


def test_values_injected_by_an_earlier_run_change_nothing(root: Path) -> None:
    before = extract(root, *CELLS)
    assert extract(root, *CELLS[:2], code("plant = 'b'", "injected-parameters"), CELLS[2]) == before


@pytest.mark.parametrize(
    "cells",
    [
        (*CELLS[:2], code("from mill import wear\nwear.rate")),
        (CELLS[0], parameters("plant = 'b'"), CELLS[2]),
        (*CELLS, code("1")),
        (CELLS[0], CELLS[2], CELLS[1]),
        (CELLS[0], code("plant = 'a'"), CELLS[2]),
    ],
    ids=["a cell", "a default", "a new cell", "the order", "a tag"],
)
def test_editing_code_changes_the_extract(root: Path, cells: tuple[dict[str, Any], ...]) -> None:
    assert extract(root, *CELLS) != extract(root, *cells)


def test_only_modules_that_are_used_count(root: Path) -> None:
    before = extract(root, *CELLS)
    (root / "src/mill/other.py").write_text("rate = 2\n")
    assert extract(root) == before
    (root / "src/mill/wear.py").write_text("rate = 2\n")
    assert extract(root) != before


def test_a_cell_with_magics_still_tells_its_imports(root: Path) -> None:
    text = extract(root, code("%matplotlib inline\n!ls\nif True:\n    %time\nimport mill.wear"))
    assert "src/mill/wear.py" in json.loads(text)["modules"]


def test_a_cell_that_is_not_python_does_not_hide_the_others(root: Path) -> None:
    text = extract(root, code("for:"), code("import mill.wear"))
    assert "src/mill/wear.py" in json.loads(text)["modules"]


def test_a_script_has_an_extract_too(root: Path) -> None:
    script = root / "scripts/train.py"
    script.parent.mkdir()
    script.write_text("from mill import wear\n")
    write_extracts(root, [Path("scripts/train.py")])
    content = json.loads((root / extract_path(Path("scripts/train.py"))).read_text())
    assert content["code"] == [{"source": ["from mill import wear"]}]
    assert "src/mill/wear.py" in content["modules"]


def test_an_extract_leads_back_to_its_entry() -> None:
    assert entry_of(extract_path(NOTEBOOK)) == NOTEBOOK


def test_a_missing_entry_is_named_and_nothing_is_written(root: Path) -> None:
    before = extract(root, *CELLS)
    with pytest.raises(NotebookError, match="gone"):
        write_extracts(root, [NOTEBOOK, Path("notebooks/gone.ipynb")])
    assert (root / extract_path(NOTEBOOK)).read_text() == before
