"""A clone of this checkout, as it is now, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parents[2]
_IDENTITY = ("-c", "user.name=A person", "-c", "user.email=person@example.org")
SMALL_PLANT = ROOT / "tests" / "data" / "small_plant"


@dataclass(frozen=True)
class Clone:
    """A project folder and the commands that a person would type there."""

    root: Path

    @classmethod
    def make(cls, root: Path, plants: str) -> Clone:
        """Copy what git would commit now, name the plants and start a repository of its own."""
        listed = _run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], ROOT)
        for name in listed.stdout.split("\0"):
            if name and (ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, root / name)
        (root / "params.yaml").write_text(plants)
        (root / "dvc.lock").unlink(missing_ok=True)
        _run(["git", "init", "-q"], root)
        clone = cls(root)
        clone.commit("Clone")
        return clone

    @classmethod
    def of_small_plant(cls, root: Path, name: str = "small") -> Clone:
        """Make a clone whose only plant is the tests' small one."""
        clone = cls.make(root, f"plants: [{name}]\nsimulated: [{name}]\ncases: []\n")
        shutil.copy(SMALL_PLANT / "plant.yaml", root / "configs" / "plants" / f"{name}.yaml")
        shutil.copy(SMALL_PLANT / "simulation.yaml", root / f"configs/simulation/{name}.yaml")
        return clone

    def commit(self, message: str) -> None:
        """Commit all that git takes."""
        _run(["git", "add", "-A"], self.root)
        _run(["git", *_IDENTITY, "commit", "-qm", message], self.root)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a person's shell, with our tools and the clone's source."""
        return _environment(self.root)

    def run(
        self, *command: str, exit_code: int = 0, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment in the clone, with the clone's own source."""
        program = str(Path(sys.executable).parent / command[0])
        done = _run([program, *command[1:]], self.root, False, variables)
        assert done.returncode == exit_code, done.stdout + done.stderr
        return done


def _environment(root: Path) -> dict[str, str]:
    beside = str(Path(sys.executable).parent)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("COV")},
        "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(root / "src"),
    }
    environment.pop("MLFLOW_TRACKING_URI", None)
    return environment


def _run(
    command: list[str],
    root: Path,
    check: bool = True,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.CompletedProcess[str]:
    environment = _environment(root) | variables
    return subprocess.run(
        command, cwd=root, env=environment, check=check, capture_output=True, text=True
    )
