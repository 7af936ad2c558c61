"""The architecture is a checked fact: which package may import which."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")


def _verdict(project: Path) -> tuple[int, str]:
    found = subprocess.run(
        [LINTER, "--no-logo", "--no-cache"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return found.returncode, found.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    return tmp_path


def test_every_package_imports_only_from_the_layers_below() -> None:
    code, said = _verdict(ROOT)

    assert code == 0, said


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("features/__init__.py", "faultcast.modeling", "Each layer imports only from the layers"),
        ("scoring/__init__.py", "faultcast.data.ingest", "What serves forecasts"),
        ("scoring/__init__.py", "sklearn", "What serves forecasts"),
    ],
)
def test_a_forbidden_import_is_found(copy: Path, module: str, imported: str, contract: str) -> None:
    with (copy / "src" / "faultcast" / module).open("a", encoding="utf-8") as file:
        file.write(f"\nimport {imported}\n")

    code, said = _verdict(copy)
    assert code == 1
    assert re.search(rf"{contract}.* BROKEN", said)
