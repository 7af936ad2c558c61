"""What a person asks for with `dvc-run-notebook`, with its paths put in relation to the project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import yaml

from faultcast.config.layout import Layout
from faultcast.errors import DataFolderError
from faultcast.pipeline.places import inside
from faultcast.pipeline.values import split_source
from faultcast.pipeline.words import PLANT

_PLACEHOLDER = "{plant}"


@dataclass(frozen=True)
class StageRequest:
    """A stage as it is asked for.

    Args:
        layout: the project.
        here: the folder where it was asked; paths are relative to it.
        data: sub-folder of data/ that the notebook fills; `{plant}` stands for each plant.
        notebook: the notebook.
        dependencies: what it reads besides code and configuration; `{plant}` as above.
        parameters: names and values.
        files: YAML files with parameters, `FILE` or `FILE:SECTION`.
        plants: the plants that it runs for.
        name: the stage's; None to derive it from the notebook's.
        timeout: seconds that a cell may take.
    """

    layout: Layout
    here: Path
    data: str
    notebook: str
    dependencies: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    plants: tuple[str, ...] = ()
    name: str | None = None
    timeout: float | None = None

    @property
    def plant(self) -> str:
        """The plant as it stands in commands and paths; empty without plants."""
        return PLANT if len(self.plants) > 1 else "".join(self.plants)

    @property
    def matrix(self) -> str | list[str]:
        """The plants as a matrix has them: by reference where they are all of `params.yaml`."""
        known = yaml.safe_load((self.layout.root / "params.yaml").read_text(encoding="utf-8")) or {}
        same = sorted(known.get("plants", ())) == sorted(self.plants)
        return "${plants}" if same else list(self.plants)

    @property
    def notebook_path(self) -> Path:
        """The notebook, relative to the project."""
        return Path(self.inside(self.notebook))

    @property
    def outputs(self) -> tuple[str, str]:
        """The folders of data and of the report, relative to the project: one for each plant.

        Raises:
            DataFolderError: the first is not below data/.
        """
        name = self.notebook_path.stem
        report = f"reports/{self.plant}/{name}" if self.plants else f"reports/{name}"
        return self._data(), report

    def source(self, typed: str) -> tuple[str, tuple[str, ...]]:
        """Return a file of parameters relative to the project, and the section of it."""
        path, section = split_source(typed)
        return self.inside(str(path)), section

    def inside(self, typed: str) -> str:
        """Return a path relative to the project, with each plant's name in its place.

        Raises:
            OutsideProjectError: it leaves the project.
        """
        root = self.layout.root
        filled = typed.replace(_PLACEHOLDER, self.plant or _PLACEHOLDER)
        return inside(root, filled, self.here).relative_to(root).as_posix()

    def _data(self) -> str:
        folder = self.layout.root / "data"
        typed = self.data.replace(_PLACEHOLDER, self.plant or _PLACEHOLDER)
        base = folder
        if typed.startswith("data/"):
            base = self.layout.root
        elif typed.startswith((".", "/")):
            base = self.here
        path = Path(os.path.normpath(base / typed))
        if self.plants and self.plant not in path.parts:
            path /= self.plant
        if not path.is_relative_to(folder) or path == folder:
            raise DataFolderError(
                self.data, "name a folder below data/, for example interim/windows"
            )
        return path.relative_to(self.layout.root).as_posix()
