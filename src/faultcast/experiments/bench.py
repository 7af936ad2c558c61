"""A bench: a copy of the project for one plant, in which variations go through the belt's stages.

It holds the stages from the first that the set's settings matter to; what earlier stages made is
linked into it. DVC's cache is the project's own, so a variation that was tried before is restored.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.errors import ExperimentError
from faultcast.experiments.variation import Variation, write_variation
from faultcast.files import scratch_folder
from faultcast.programs import program
from faultcast.settings import EXPERIMENT, RECORDS, records_folder

_STAGES = ("features", "dataset", "train")
_LAST = "train"


@dataclass(frozen=True)
class Bench:
    """The copy's folders, and the project's."""

    project: Layout
    copy: Layout
    plant: str

    def try_out(self, variation: Variation, label: str) -> None:
        """Take a variation through the stages; the copy then holds its dataset and model.

        Args:
            variation: values by setting.
            label: names the trial in its tracked run.

        Raises:
            ConfigError: a value is not one that the configuration takes.
            ExperimentError: a stage failed.
        """
        config = self.copy.plant_config(self.plant)
        write_variation(self.project.plant_config(self.plant), config, variation)
        load_plant(self.copy, self.plant)
        ran = subprocess.run(
            [program("faultcast"), "pipeline", "run", "-j", "1", f"{_LAST}@{self.plant}"],
            cwd=self.copy.root,
            env={
                **os.environ,
                RECORDS: str(records_folder(self.project.root)),
                EXPERIMENT: label,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode != 0:
            lines = [line for line in (ran.stdout + ran.stderr).splitlines() if line.strip()]
            raise ExperimentError(label, "\n".join(lines[-8:]))


@contextmanager
def bench(project: Layout, plant: str, first_stage: str) -> Iterator[Bench]:
    """Yield a bench for a plant, with the stages from one on; it is gone afterwards.

    Raises:
        ExperimentError: the copy could not be made.
    """
    parent = project.root / ".faultcast" / "experiments"
    parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(parent, f"{plant}-") as folder:
        copy = Layout(folder / "project")
        _copy_files(project.root, copy.root)
        _copy_stages(project.root, copy.root, plant, first_stage)
        _link_inputs(project, copy, plant, first_stage)
        yield Bench(project, copy, plant)


def _copy_files(project: Path, copy: Path) -> None:
    listed = subprocess.run(
        ["git", "-C", project, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        raise ExperimentError("the copy of the project", listed.stderr.strip())
    for name in filter(None, listed.stdout.split("\0")):
        if (project / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / name, copy / name)
    (copy / "dvc.lock").unlink(missing_ok=True)


def _copy_stages(project: Path, copy: Path, plant: str, first_stage: str) -> None:
    content = yaml.safe_load((project / "dvc.yaml").read_text(encoding="utf-8"))
    kept = ("code", *_STAGES[_STAGES.index(first_stage) :])
    stages = {name: content["stages"][name] for name in kept}
    (copy / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}), encoding="utf-8")
    (copy / "params.yaml").write_text(f"plants: [{plant}]\n", encoding="utf-8")
    # The cache and a folder for locks of its own; git sees nothing of the copy.
    asked = subprocess.run(
        [program("dvc"), "cache", "dir"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    )
    (copy / ".dvc").mkdir(exist_ok=True)
    settings = ("[core]", "no_scm = true", "analytics = false", "[cache]")
    lines = [*settings, f"dir = {asked.stdout.strip()}"]
    (copy / ".dvc" / "config.local").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _link_inputs(project: Layout, copy: Layout, plant: str, first_stage: str) -> None:
    """Link what earlier stages made: files are never changed in place."""
    folders = [project.canonical(plant)]
    if first_stage != "features":
        folders.append(project.features(plant))
    if first_stage == "train":
        folders.append(project.dataset(plant))
    for folder in folders:
        shutil.copytree(folder, copy.root / folder.relative_to(project.root), copy_function=_link)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
