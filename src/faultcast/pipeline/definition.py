"""The stage that a request means, as keys of `dvc.yaml`, checked against its notebook."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from faultcast.errors import DataFolderError, SameFolderError, StageNameError, UnknownPlantError
from faultcast.pipeline.document import Notebook, read_notebook
from faultcast.pipeline.extract import extract_path
from faultcast.pipeline.parameters import Text, check_parameters
from faultcast.pipeline.pipeline_file import PipelineFile
from faultcast.pipeline.request import StageRequest
from faultcast.pipeline.signature import Signature
from faultcast.pipeline.values import read_values
from faultcast.pipeline.words import path_word, word

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Definition:
    """A stage's name and its keys; a key with None is one that it must not have."""

    name: str
    keys: dict[str, Any]


def define(request: StageRequest, file: PipelineFile) -> Definition:
    """Work out a stage; nothing is written.

    Raises:
        NotebookError: the file is no notebook that can be a stage.
        ParameterError: the notebook does not accept the parameters.
        UnknownPlantError: a plant has no configuration.
        OutsideProjectError: a path leaves the project.
        DataFolderError: its folder is not below data/, or git tracks files in it.
        SameFolderError: the stage would read what it writes.
        StageNameError: another stage has the name.
    """
    path = request.notebook_path
    notebook = read_notebook(request.layout.root / path)
    _check_plants(request)
    _check_values(request, notebook)
    dependencies = sorted({*_dependencies(request, notebook)})
    _check_folders(request, dependencies)
    _check_git(request)
    keys = {
        "foreach": None,
        "do": None,
        "matrix": {"plant": request.matrix} if len(request.plants) > 1 else None,
        "cmd": " ".join(_command(request)),
        "deps": dependencies,
        "params": list(_params(request)) or None,
        "outs": [{output: {"persist": True}} for output in request.outputs],
    }
    return Definition(_name(request, file), keys)


def _check_plants(request: StageRequest) -> None:
    for plant in request.plants:
        config = request.layout.plant_config(plant)
        if not config.is_file():
            known = sorted(one.stem for one in config.parent.glob("*.yaml"))
            raise UnknownPlantError(plant, config.relative_to(request.layout.root), known)


def _check_values(request: StageRequest, notebook: Notebook) -> None:
    given: dict[str, object] = {}
    for source in request.files:
        given.update(read_values(str(request.here / source)))
    given.update({"plant": Text(request.plants[0])} if request.plants else {})
    given.update({name: Text(value) for name, value in request.parameters})
    check_parameters(notebook, Signature.of(notebook), given)


def _dependencies(request: StageRequest, notebook: Notebook) -> Iterator[str]:
    yield extract_path(request.notebook_path).as_posix()
    yield from (request.inside(one) for one in request.dependencies)
    yield from (path for path, section in map(request.source, request.files) if not section)
    if plant := request.plant or Signature.of(notebook).default_of("plant"):
        yield request.layout.plant_config(str(plant)).relative_to(request.layout.root).as_posix()


def _params(request: StageRequest) -> Iterator[Any]:
    """Yield the sections of files on which the stage depends, in DVC's form."""
    for path, section in map(request.source, request.files):
        if section:
            key = ".".join(section)
            yield key if path == "params.yaml" else {path: [key]}


def _command(request: StageRequest) -> Iterator[str]:
    data, report = request.outputs
    yield from ("faultcast notebook run", word(request.notebook_path.as_posix()), path_word(report))
    yield from ("-o", path_word(data))
    for path, section in map(request.source, request.files):
        yield from ("-f", word(":".join([path, ".".join(section)]) if section else path))
    if request.plants:
        yield from ("-p plant", request.plant)
    for name, value in request.parameters:
        yield from ("-p", word(name), word(value))
    if request.timeout:
        yield from ("--timeout", f"{request.timeout:g}")


def _check_folders(request: StageRequest, dependencies: list[str]) -> None:
    for output in map(PurePosixPath, request.outputs):
        for dependency in map(PurePosixPath, dependencies):
            if output.is_relative_to(dependency) or dependency.is_relative_to(output):
                raise SameFolderError(str(output), str(dependency), _proposal(request))


def _check_git(request: StageRequest) -> None:
    """Refuse a folder in which git tracks files: DVC does, after the stage has run."""
    folder = request.layout.root / request.outputs[0]
    if not folder.is_dir():
        return
    listed = subprocess.run(
        ["git", "ls-files", "--full-name", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if tracked := listed.stdout.partition("\n")[0]:
        raise DataFolderError(request.data, f"git tracks {tracked} in it; name a folder below it")


def _proposal(request: StageRequest) -> str:
    own = f"{request.data.rstrip('/')}/{_plain_name(request.notebook_path)}"
    return f"./dvc-run-notebook {own} {request.notebook} -d FOLDER_THAT_IT_READS"


def _name(request: StageRequest, file: PipelineFile) -> str:
    """Return the name asked for, the one of the stage with these outputs, or a new one."""
    path = request.notebook_path
    name = request.name or _derived_name(request, file)
    if _NOT_IN_NAMES.search(name) or not name:
        raise StageNameError(f"{name!r} is no name for a stage: letters, digits, - and _ only")
    stage = file.get(name)
    if stage and stage.notebook != path:
        runs = stage.notebook or " ".join(stage.command)
        raise StageNameError(
            f"there is a stage {name} already, it runs {runs}: choose a name with -n"
        )
    return name


def _derived_name(request: StageRequest, file: PipelineFile) -> str:
    """Name the stage after its notebook, and after its data where another stage runs it too."""
    path = request.notebook_path
    having = [stage for stage in file if stage.notebook == path]
    same = [stage.name for stage in having if {*stage.written} & {*request.outputs}]
    if len(same) > 1:
        raise StageNameError(f"{' and '.join(same)} both run {path}: say which with -n")
    if same:
        return same[0]
    folders = PurePosixPath(request.outputs[0]).parts[1:] if having else ()
    return _plain("-".join([_plain_name(path), *(one for one in folders if one != request.plant)]))


def _plain_name(notebook: Path) -> str:
    return _plain(re.sub(r"^\d+[_\- ]*", "", notebook.stem) or notebook.stem)


def _plain(name: str) -> str:
    return _NOT_IN_NAMES.sub("-", name).strip("-")
