"""What makes a stage run again, and what does not: by DVC's own commands and by ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.integration.pipeline.project import Project
from tests.unit.pipeline.notebooks import code, markdown, parameters, write_notebook

CELLS = {
    "wear": (
        markdown("# Wear"),
        parameters("plant = 'mill'"),
        code("from pathlib import Path\nfrom mill import wear"),
        code("Path('../data/interim/wear/x.txt').write_text(f'{wear.rate()}')"),
    ),
    "heat": (
        markdown("# Heat"),
        parameters("plant = 'mill'"),
        code("from pathlib import Path\nfrom mill import heat"),
        code("Path('../data/interim/heat/x.txt').write_text(f'{heat.rate()}')"),
    ),
}


def put(project: Project, name: str, *cells: dict[str, object]) -> None:
    write_notebook(project.root / f"notebooks/{name}.ipynb", *cells)


@pytest.fixture(scope="module")
def ran_once(_template: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project whose stages have run."""
    project = _template.copy(tmp_path_factory.mktemp("ran") / "project")
    for name, cells in CELLS.items():
        put(project, name, *cells)
        words = ("notebook", "stage", f"interim/{name}", f"notebooks/{name}.ipynb", "--no-run")
        assert project.run("faultcast", *words).code == 0
    ended = project.run("faultcast", "pipeline", "run", "-j", "2")
    assert ended.code == 0, ended.text
    return project


@pytest.fixture
def project(ran_once: Project, tmp_path: Path) -> Project:
    return ran_once.copy(tmp_path / "project")


def by_dvc(project: Project) -> set[str]:
    """Run what changed with DVC alone and return the notebooks' stages that ran."""
    ended = project.run("dvc", "repro")
    assert ended.code == 0, ended.text
    return {name for name in CELLS if f"Running stage '{name}'" in ended.text}


def by_us(project: Project) -> set[str]:
    """Run what changed with our own command and return the notebooks' stages that ran."""
    ended = project.run("faultcast", "pipeline", "run")
    assert ended.code == 0, ended.text
    return {name for name in CELLS if f"{name} | begins" in ended.text}


runs = pytest.mark.parametrize("ran", [by_dvc, by_us])
Runs = Callable[[Project], set[str]]


@runs
def test_saving_with_outputs_makes_nothing_stale(project: Project, ran: Runs) -> None:
    executed = json.loads(project.read("reports/wear/wear.ipynb"))
    executed["cells"][1]["metadata"]["execution"] = {"iopub.status.busy": "2026-11-22T10:00:00"}
    project.write("notebooks/wear.ipynb", json.dumps(executed))
    lock = project.read("dvc.lock")
    assert ran(project) == set()
    assert project.run("dvc", "status").text.strip() == "Data and pipelines are up to date."
    assert changed_stages(lock, project.read("dvc.lock")) <= {"code"}


@runs
def test_editing_prose_makes_nothing_stale(project: Project, ran: Runs) -> None:
    put(project, "wear", markdown("# Wear and *tear*"), *CELLS["wear"][1:], markdown("The end."))
    assert ran(project) == set()


@runs
@pytest.mark.parametrize(
    "cells",
    [
        (*CELLS["wear"][:2], code(f"{CELLS['wear'][2]['source']}\n1"), CELLS["wear"][3]),
        (CELLS["wear"][0], parameters("plant = 'press'"), *CELLS["wear"][2:]),
    ],
    ids=["a cell", "a default"],
)
def test_editing_code_makes_its_stage_stale_and_no_other(
    project: Project, ran: Runs, cells: tuple[dict[str, object], ...]
) -> None:
    put(project, "wear", *cells)
    assert ran(project) == {"wear"}
    assert ran(project) == set()


@runs
def test_a_function_makes_just_the_stages_stale_that_use_it(project: Project, ran: Runs) -> None:
    project.write("src/mill/wear.py", "def rate() -> int:\n    return 10\n")
    assert ran(project) == {"wear"}
    assert project.read("data/interim/wear/x.txt") == "10"
    project.write("src/mill/heat.py", "def rate() -> int:\n    return 20\n")
    assert ran(project) == {"heat"}
    assert project.read("data/interim/heat/x.txt") == "20"
    project.write("src/mill/unused.py", "x = 1\n")
    assert ran(project) == set()


@runs
def test_the_plants_configuration_makes_its_stages_stale(project: Project, ran: Runs) -> None:
    project.write("configs/plants/mill.yaml", "title: Mill\n")
    assert ran(project) == {"wear", "heat"}
    project.write("configs/plants/press.yaml", "title: Press\n")
    assert ran(project) == set()


def test_a_new_import_of_another_package_is_found_by_our_command(project: Project) -> None:
    project.write("src/tools/__init__.py", "")
    project.write("src/tools/units.py", "factor = 3\n")
    project.write(
        "src/mill/wear.py",
        "def rate() -> int:\n    from tools.units import factor\n    return factor\n",
    )
    assert by_us(project) == {"wear"}
    assert "src/tools/units.py" in project.read("dvc.yaml")
    project.write("src/tools/units.py", "factor = 4\n")
    assert by_us(project) == {"wear"}
    assert project.read("data/interim/wear/x.txt") == "4"


def test_dvc_alone_refuses_code_that_it_would_not_see_change(project: Project) -> None:
    project.write("src/tools/__init__.py", "factor = 3\n")
    project.write(
        "src/mill/wear.py", "from tools import factor\ndef rate() -> int: return factor\n"
    )
    before = project.files("data", "reports")
    ended = project.run("dvc", "repro")
    assert ended.code != 0
    assert "src/tools/__init__.py" in ended.text
    assert "faultcast pipeline sync" in ended.text
    assert project.files("data", "reports") == before
    assert project.run("faultcast", "pipeline", "sync").code == 0
    assert by_dvc(project) == {"wear"}


def test_the_check_passes_and_fails_with_every_missing_dependency(project: Project) -> None:
    assert project.run("faultcast", "pipeline", "check").code == 0
    text = project.read("dvc.yaml")
    for line in (
        "    - .faultcast/code/notebooks/wear.ipynb.json\n",
        "    - configs/plants/mill.yaml\n",
        "    - src/mill/wear.py\n",
        "    - notebooks/heat.ipynb\n",
    ):
        assert line in text
        project.write("dvc.yaml", text.replace(line, "", 1))
        ended = project.run("faultcast", "pipeline", "check")
        assert ended.code == 1, line
        assert line.strip("- \n") in ended.text
    assert project.run("faultcast", "pipeline", "sync").code == 0
    assert project.run("faultcast", "pipeline", "check").code == 0


def changed_stages(before: str, after: str) -> set[str]:
    one, other = (yaml.safe_load(text)["stages"] for text in (before, after))
    return {name for name in one | other if one.get(name) != other.get(name)}
