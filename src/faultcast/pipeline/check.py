"""What the stages of `dvc.yaml` miss: dependencies that their notebooks have, and outputs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from faultcast.config.layout import Layout
from faultcast.errors import FaultcastError
from faultcast.pipeline import code_stage
from faultcast.pipeline.document import read_notebook
from faultcast.pipeline.extract import extract_path
from faultcast.pipeline.parameters import Text, check_parameters
from faultcast.pipeline.pipeline_file import PipelineFile, Stage
from faultcast.pipeline.signature import Signature

_VERBS = Path("src/faultcast/cli")


def missing_in(layout: Layout, file: PipelineFile) -> list[str]:
    """Return a line for everything that the stages of a file miss."""
    problems = [
        f"{stage.name}: {problem}"
        for stage in file
        if stage.name != code_stage.NAME
        for problem in _problems(layout, stage)
    ]
    uncovered = code_stage.missing_dependencies(layout.root, file)
    return problems + [f"{code_stage.NAME}: it does not depend on {path}" for path in uncovered]


def needed_by(layout: Layout, stage: Stage) -> Iterator[str]:
    """Yield the dependencies that follow from a stage's command: its code, its plant or case."""
    entry = stage.notebook or _script(layout.root, stage)
    if entry:
        yield extract_path(entry).as_posix()
    for parameter, config in (("plant", layout.plant_config), ("case", layout.case_config)):
        if name := _named(layout, stage, parameter):
            yield config(name).relative_to(layout.root).as_posix()


def add_missing(layout: Layout, file: PipelineFile) -> None:
    """Add the missing dependencies to the stages of a file."""
    for stage in file:
        missing = {*needed_by(layout, stage)} - {*stage.dependencies}
        if missing and stage.name != code_stage.NAME:
            stage.body["deps"] = sorted([*stage.body.get("deps", ()), *missing])
    code_stage.update_code_stage(layout.root, file)


def _problems(layout: Layout, stage: Stage) -> Iterator[str]:
    try:
        needed = list(needed_by(layout, stage))
        if stage.notebook:
            _check_values(layout.root, stage)
    except FaultcastError as fault:
        yield str(fault)
        return
    yield from (f"it does not depend on {one}" for one in needed if one not in stage.dependencies)
    for written in stage.written:
        if not any(Path(out).is_relative_to(written) for out in stage.outputs):
            yield f"{written} is written, but no output"
    for output in stage.removed_first:
        yield f"{output} lacks `persist: true`: a failure would leave it removed"


def _script(root: Path, stage: Stage) -> Path | None:
    """Return the file behind a command of faultcast, or the script that Python runs."""
    program, argument = (*stage.command, "", "")[:2]
    path = _VERBS / f"{argument}.py" if program == "faultcast" else Path(argument)
    return path if program in {"faultcast", "python"} and (root / path).is_file() else None


def _named(layout: Layout, stage: Stage, parameter: str) -> str | None:
    """Return the plant or case that a stage works on, a template as it is written."""
    given = dict(stage.parameters).get(parameter)
    if given or not stage.notebook:
        return given or next(
            (word for word in stage.command if word == f"${{item.{parameter}}}"), None
        )
    default = Signature.of(read_notebook(layout.root / stage.notebook)).default_of(parameter)
    return str(default) if default else None


def _check_values(root: Path, stage: Stage) -> None:
    """Check names and types of the parameters in a command, as far as they are written out."""
    assert stage.notebook
    notebook = read_notebook(root / stage.notebook)
    signature = Signature.of(notebook)
    written = {name: Text(value) for name, value in stage.parameters if "${" not in value}
    check_parameters(notebook, signature.optional(), written)
