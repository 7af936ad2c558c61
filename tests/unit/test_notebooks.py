"""The notebooks' style: thin, told in sentences, outputs stripped, cells that keep their names."""

from __future__ import annotations

import ast
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = (
    *("01_explore", "02_features", "03_dataset", "04_train", "05_evaluate"),
    "06_planner",
    *("11_case_dataset", "12_case_train", "13_case_evaluate"),
)
PACKAGES = {"IPython", "faultcast"}

Cell = dict[str, Any]
every_notebook = pytest.mark.parametrize("name", NAMES)


def cells(name: str) -> list[Cell]:
    content = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"])
    return list(content["cells"])


def code(name: str) -> list[Cell]:
    return [cell for cell in cells(name) if cell["cell_type"] == "code"]


def parameters(name: str) -> list[Cell]:
    return [cell for cell in code(name) if "parameters" in cell["metadata"].get("tags", ())]


def imports(name: str) -> list[Cell]:
    return [cell for cell in code(name) if re.search(r"^(import|from) ", cell["source"], re.M)]


def test_the_notebooks_are_the_belts() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NAMES)


@every_notebook
def test_a_notebook_says_its_purpose_inputs_and_outputs_first(name: str) -> None:
    first = cells(name)[0]
    assert first["cell_type"] == "markdown"
    assert first["source"].startswith("# ")
    for word in ("**Purpose:**", "**Inputs:**", "**Outputs:**"):
        assert word in first["source"]


@every_notebook
def test_a_notebook_has_six_to_twelve_code_cells(name: str) -> None:
    assert 6 <= len(code(name)) <= 12


@every_notebook
def test_a_step_is_short(name: str) -> None:
    steps = [cell for cell in code(name) if cell not in imports(name)]
    lines = {cell["id"]: len(cell["source"].splitlines()) for cell in steps}
    assert max(lines.values()) <= 6, lines


@every_notebook
def test_every_code_cell_follows_a_heading_or_a_sentence(name: str) -> None:
    for before, cell in pairwise(cells(name)):
        assert "markdown" in (before["cell_type"], cell["cell_type"]), cell["id"]


@every_notebook
def test_one_cell_holds_the_parameters_typed_and_explained(name: str) -> None:
    (cell,) = parameters(name)
    for line in cell["source"].splitlines():
        assert re.fullmatch(r"\w+ = \S.*  # [\w ]+: .+", line), line
    for statement in ast.parse(cell["source"]).body:
        assert isinstance(statement, ast.Assign)
        ast.literal_eval(statement.value)
    subject = 'case = "titanic"' if "_case_" in name else 'plant = "bottling"'
    assert cell["source"].startswith(subject)


@every_notebook
def test_one_cell_imports_and_only_from_faultcast(name: str) -> None:
    (cell,) = imports(name)
    for statement in ast.parse(cell["source"]).body:
        assert isinstance(statement, ast.ImportFrom)
        assert statement.module is not None
        assert statement.module.split(".")[0] in PACKAGES
        assert all(alias.name != "*" for alias in statement.names)


@every_notebook
def test_a_notebook_defines_nothing(name: str) -> None:
    source = "\n".join(cell["source"] for cell in code(name))
    kinds = {type(node) for node in ast.walk(ast.parse(source))}
    assert not kinds & {ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.Try}


@every_notebook
def test_outputs_are_stripped_and_cells_keep_readable_names(name: str) -> None:
    for cell in cells(name):
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cell["id"]), cell["id"]
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    names = [cell["id"] for cell in cells(name)]
    assert len(names) == len(set(names))


@every_notebook
def test_the_last_cell_writes_the_outputs(name: str) -> None:
    assert code(name)[-1]["id"] == "outputs"
