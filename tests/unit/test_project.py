"""The checkout is complete, and none of its text is left over from a template."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDERS = [
    *("src/faultcast", "notebooks", "scripts", "configs", "models", "reports/figures"),
    *("data/external", "data/interim", "data/processed", "data/raw"),
    *("references", "requirements", "docs", "tests"),
]
FILES = [
    *("environment.yaml", "setup.cfg", "setup.py", "pyproject.toml", "Makefile", ".coveragerc"),
    *("dvc.yaml", "dvc.lock", "params.yaml", "scripts/dvc-run-notebook", "scripts/train_model.py"),
    *("README.md", "CHANGELOG.rst", "AUTHORS.rst", "CONTRIBUTING.rst", "LICENSE.txt"),
    *(".pre-commit-config.yaml", ".gitlab-ci.yml", ".ci/run"),
]
TARGETS = {"run", "test", "lint", "format", "lab", "ui", "tracking-server", "docs", "clean", "help"}
# A bracket in each pattern keeps this file from being found by its own search.
LEFT_OVER = re.compile(
    "|".join(
        [
            *("[p]yscaffold", r"\bT[O]DO\b", r"\bF[I]XME\b", r"\bX[X]X\b", "[l]orem ipsum"),
            *("description of your [p]roject", "[F]eature A added", "[y]our name"),
            *("[y]ou@example", "put [y]our .* here", r"\{\{ *[c]ookiecutter"),
        ]
    ),
    re.IGNORECASE,
)


def _tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files are the project's own is not known")
    command = ["git", "-C", str(ROOT), "ls-files", "-z"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []


@pytest.mark.parametrize("folder", FOLDERS)
def test_folder_of_the_layout_exists(folder: str) -> None:
    assert any(path.is_relative_to(ROOT / folder) for path in _tracked())


@pytest.mark.parametrize("file", FILES)
def test_file_of_the_layout_exists(file: str) -> None:
    assert (ROOT / file).stat().st_size > 0


def test_no_file_holds_template_or_unfinished_text() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in _tracked()
        for number, line in enumerate(_lines(path), start=1)
        if LEFT_OVER.search(line)
    ]

    assert found == []


def test_no_tracked_file_is_empty_by_accident() -> None:
    empty = [path for path in _tracked() if path.stat().st_size == 0]

    assert [
        path.name for path in empty if path.name not in {".gitkeep", "py.typed", "__init__.py"}
    ] == []


def test_help_lists_each_target_with_its_purpose() -> None:
    listed = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout

    purposes = dict(re.findall(r"^  make ([\w-]+) +(\S.+)$", listed, re.MULTILINE))
    assert purposes.keys() >= TARGETS


def test_ci_runs_the_same_commands_as_people() -> None:
    jobs = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    steps = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()

    assert jobs["lint"]["script"][-1] == "make lint"
    assert jobs["test"]["script"] == [".ci/run"]
    assert [step for step in steps if "make" in step] == ["exec make test"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_hooks_are_tools_of_the_environment() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))

    assert [source["repo"] for source in config["repos"]] == ["local"]
    hooks = config["repos"][0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
    assert all(hook["entry"].startswith(".venv/bin/") for hook in hooks)
