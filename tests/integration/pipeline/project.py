"""A small project with git, DVC, plants, a package and notebooks, in which commands are run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

import psutil

SCRIPT = Path(__file__).parents[3] / "scripts" / "dvc-run-notebook"
PATIENCE = 120  # seconds; no test asserts how quick a busy machine is
_TOOLS = Path(sys.executable).parent
_GIT = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code and all it printed."""

    code: int
    text: str


@dataclass(frozen=True)
class Project:
    """The project's folder."""

    root: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list, compare=False)

    def run(self, *words: str, at: str = ".", **variables: str) -> Ended:
        """Run a command in a folder of the project and wait for its end."""
        process = self.start(*words, at=at, **variables)
        text, _ = process.communicate(timeout=2 * PATIENCE)
        return Ended(process.returncode, text)

    def start(self, *words: str, at: str = ".", **variables: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        process = subprocess.Popen(
            words,
            cwd=self.root / at,
            env=self.environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        """End what was started and still runs."""
        for process in self.started:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
        for process in self.processes():
            process.kill()

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables of a person's shell in this project."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COV_")}
        return kept | {
            "PATH": f"{_TOOLS}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.root / "src"),
            "DVC_SITE_CACHE_DIR": str(self.root.parent / f"{self.root.name}.dvc"),
            "DVC_NO_ANALYTICS": "1",
            "OMP_NUM_THREADS": "1",
        }

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def read(self, path: str) -> str:
        """Return the text of a file of the project."""
        return (self.root / path).read_text(encoding="utf-8")

    def files(self, *folders: str) -> dict[str, bytes]:
        """Return the bytes of all files below folders."""
        found = (file for folder in folders for file in (self.root / folder).rglob("*"))
        return {
            file.relative_to(self.root).as_posix(): file.read_bytes()
            for file in found
            if file.is_file() and file.name != ".gitignore"  # DVC's, in the order of stages
        }

    def copy(self, target: Path) -> Project:
        """Return a copy of the project in another folder."""
        shutil.copytree(self.root, target, symlinks=True)
        return Project(target)

    def processes(self) -> list[psutil.Process]:
        """Return the processes that work in the project's folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if Path(process.cwd()).is_relative_to(self.root):
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found


def until(condition: Callable[[], object]) -> None:
    """Wait for what happens soon, or on a busy machine late."""
    limit = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < limit, "it did not happen"
        sleep(0.05)


def begin(root: Path, plants: Sequence[str]) -> Project:
    """Make a project with git and DVC."""
    project = Project(root)
    project.write("params.yaml", f"plants: [{', '.join(plants)}]\n")
    project.write(".gitignore", "/data/**\n!/data/**/\n/reports/\n/.faultcast/\n__pycache__/\n")
    project.write(".dvcignore", "__pycache__/\n.ipynb_checkpoints/\n.*.tmp/\n")
    project.write("src/mill/__init__.py", "")
    project.write("src/mill/wear.py", "def rate() -> int:\n    return 1\n")
    project.write("src/mill/heat.py", "def rate() -> int:\n    return 2\n")
    for plant in plants:
        project.write(f"configs/plants/{plant}.yaml", f"title: {plant}\n")
        project.write(f"data/raw/{plant}/telemetry.csv", f"{plant}\n1\n2\n")
    for words in (("git", *_GIT, "init", "--quiet"), ("dvc", "init", "--quiet")):
        ended = project.run(*words)
        assert ended.code == 0, ended.text
    return project
