"""The wheel holds all that the package needs, built from nothing but the tracked files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """Build in a folder without git's data, as an image or an unpacked archive is."""
    folder = tmp_path_factory.mktemp("no git here")
    for name in ("setup.py", "setup.cfg", "pyproject.toml", "README.md", "LICENSE.txt"):
        shutil.copy(ROOT / name, folder)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", folder / "src", ignore=ignored)
    command = [sys.executable, "-W", "ignore", "-c", BUILD, str(folder / "dist")]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return ZipFile(next((folder / "dist").glob("*.whl")))


def _metadata(wheel: ZipFile) -> Message:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return Parser().parsestr(wheel.read(name).decode())


def test_wheel_holds_every_file_of_the_package(wheel: ZipFile) -> None:
    source = ROOT / "src"
    files = {
        path.relative_to(source).as_posix()
        for path in (source / "faultcast").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    packed = {name for name in wheel.namelist() if name.startswith("faultcast/")}
    assert packed == files
    assert "faultcast/py.typed" in packed


def test_wheel_installs_the_faultcast_command(wheel: ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]

    assert "faultcast = faultcast.cli:main" in wheel.read(name).decode()


def test_version_does_not_need_git(wheel: ZipFile) -> None:
    assert _metadata(wheel)["Version"].startswith("0.1.0")


def test_metadata_says_licence_python_and_extras(wheel: ZipFile) -> None:
    metadata = _metadata(wheel)

    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert {"serving", "training", "pipeline"} <= set(metadata.get_all("Provides-Extra", []))
