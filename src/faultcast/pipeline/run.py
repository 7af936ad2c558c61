"""Run a parameterised notebook as a stage: execute, normalise, write, move into place."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from faultcast.config.layout import Layout
from faultcast.errors import CellError, FaultcastError, PassedOnError
from faultcast.files import replacing
from faultcast.pipeline.document import INJECTED, PARAMETERS, Notebook, read_notebook, tags_of
from faultcast.pipeline.environment import DRAFTS, kernel_environment
from faultcast.pipeline.execution import Failure, Progress, execute
from faultcast.pipeline.normalise import normalise
from faultcast.pipeline.parameters import check_parameters, literal
from faultcast.pipeline.session import KernelSession
from faultcast.pipeline.signature import Signature
from faultcast.pipeline.timings import Timings
from faultcast.pipeline.workspace import Workspace, isolated
from faultcast.tracking.commit import Commit, current_commit

_OUTPUT = "output"

Began = tuple[datetime, Commit]


@dataclass(frozen=True)
class NotebookRun:
    """A notebook with its values and the folders that it fills.

    Args:
        root: the project.
        notebook: absolute path of the notebook.
        report: absolute path of the folder for the executed notebook and its page.
        outputs: absolute paths of the other folders that the notebook writes.
        parameters: typed values, or `Text` as typed on a command line.
        timeout: seconds that a cell may take.
    """

    root: Path
    notebook: Path
    report: Path
    outputs: tuple[Path, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    timeout: float | None = None


def run_notebook(job: NotebookRun, progress: Progress) -> tuple[Path, ...]:
    """Execute a notebook and put its outputs in place; return files it wrote outside of them.

    Raises:
        NotebookError: the file is no notebook that can be run.
        ParameterError: the values do not fit; nothing was started.
        CellError: a cell failed; all outputs are as they were.
        MissingOutputError: an output stayed empty; all outputs are as they were.
    """
    notebook = read_notebook(job.notebook)
    signature = Signature.of(notebook)
    values = check_parameters(notebook, signature, {**_folder(job, signature), **job.parameters})
    _inject(notebook, signature, values)
    began = datetime.now(UTC), current_commit(job.root)
    with isolated(job.root, job.notebook.parent, (*job.outputs, job.report)) as workspace:
        with _kernel(job, workspace) as session:
            execution = execute(notebook, session, progress, job.timeout)
            normalise(notebook, _stand_ins(workspace))
            if execution.failure:
                raise _error(job, notebook, workspace, execution.failure)
            _write(notebook, values, workspace.mirrored(job.report))
        strays = workspace.publish()
        timings = Timings(notebook, execution.seconds, session.peak_memory)
        timings.write(job.root, job.report)
        _track(job, values, began, timings, workspace.scratch / DRAFTS)
    return strays


def _track(
    job: NotebookRun,
    values: Mapping[str, Any],
    began: Began,
    timings: Timings,
    drafts: Path,
) -> None:
    """Keep the run of a plant's notebook; whatever goes wrong, the outputs are in place."""
    from faultcast.tracking import stage_runs  # only here: it costs every run time

    outputs = (*job.outputs, job.report)
    stage = stage_runs.Stage(Layout(job.root), job.notebook, values, outputs)
    page = job.report / f"{job.notebook.stem}.html"
    try:
        stage_runs.complete(stage, drafts, began, timings.metrics(), page)
    except (FaultcastError, OSError, ValueError) as failure:
        stage_runs.warn(failure)


def _folder(job: NotebookRun, signature: Signature) -> dict[str, object]:
    """Tell a notebook with a parameter `output` the folder of the project that it fills."""
    takes = any(one.name == _OUTPUT for one in signature.parameters)
    if not (takes and job.outputs):
        return {}
    return {_OUTPUT: job.outputs[0].relative_to(job.root).as_posix()}


def _inject(notebook: Notebook, signature: Signature, values: Mapping[str, Any]) -> None:
    """Put the values into a cell after the parameters cell, in place of an earlier one."""
    cells = notebook.content["cells"]
    cells[:] = [cell for cell in cells if INJECTED not in tags_of(cell)]
    if not values:
        return
    lines = [
        f"{one.name} = {literal(values[one.name], one.constructor)}"
        for one in signature.parameters
        if one.name in values
    ]
    place = next(index for index, cell in enumerate(cells) if PARAMETERS in tags_of(cell)) + 1
    cells.insert(
        place,
        {
            "cell_type": "code",
            "execution_count": None,
            "id": INJECTED,
            "metadata": {"tags": [INJECTED]},
            "outputs": [],
            "source": "\n".join(lines),
        },
    )


@contextmanager
def _kernel(job: NotebookRun, workspace: Workspace) -> Iterator[KernelSession]:
    """Yield a kernel that has ended afterwards; what is written here is written while it ends."""
    session = KernelSession(
        folder=workspace.mirrored(job.notebook.parent),
        environment=kernel_environment(job.root, workspace.scratch),
        scratch=workspace.scratch,
    )
    try:
        yield session
    finally:
        session.stop()


def _stand_ins(workspace: Workspace) -> dict[Path, str]:
    return {
        workspace.mirror: ".",
        workspace.root: ".",
        workspace.scratch: "<scratch>",
        Path.home(): "~",
        Path(sys.prefix): "<python>",
        Path(sys.base_prefix): "<python>",
        Path(__file__).parents[2]: "src",
    }


def _write(notebook: Notebook, values: Mapping[str, Any], folder: Path) -> None:
    from faultcast.pipeline.page import render_page

    with replacing(folder / notebook.path.name) as draft:
        draft.write_text(notebook.to_json(), encoding="utf-8")
    with replacing(folder / f"{notebook.path.stem}.html") as draft:
        draft.write_text(render_page(notebook, values), encoding="utf-8")


def _error(
    job: NotebookRun, notebook: Notebook, workspace: Workspace, failure: Failure
) -> FaultcastError:
    reports = job.root / "reports"
    inside = job.report.relative_to(reports) if job.report.is_relative_to(reports) else Path()
    kept = reports / "failed" / inside / notebook.path.name
    with replacing(kept) as draft:
        draft.write_text(notebook.to_json(), encoding="utf-8")
    text = failure.text.replace(str(workspace.mirror), str(job.root))
    where = kept.relative_to(job.root)
    if failure.complete:
        return PassedOnError(text, where, failure.exit_code)
    return CellError(_place(job, failure), text, where, failure.exit_code)


def _place(job: NotebookRun, failure: Failure) -> str:
    notebook = job.notebook.relative_to(job.root)
    if failure.cell is None:
        return f"{notebook}, before its first cell:"
    place = f"{notebook}, cell {failure.cell.number} ({failure.cell.heading})"
    lines = failure.cell.source.splitlines()
    if failure.line is None or not 1 <= failure.line <= len(lines):
        return f"{place}:"
    return f"{place}, line {failure.line}: {lines[failure.line - 1].strip()}"
