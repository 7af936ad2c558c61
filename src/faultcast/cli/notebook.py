"""`faultcast notebook`: run a notebook, make it a stage."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from faultcast.cli.lists import ListsCommand
from faultcast.pipeline.imports import no_collection
from faultcast.settings import KERNEL_LOGS


@click.group()
def notebook() -> None:
    """Run notebooks and make them pipeline stages."""


@notebook.command()
@click.argument("notebook", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("report", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "outputs",
    "-o",
    "--output",
    multiple=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Another folder that the notebook fills.",
)
@click.option(
    "parameters",
    "-p",
    "--parameter",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="A parameter.",
)
@click.option(
    "files",
    "-f",
    "--file",
    multiple=True,
    metavar="FILE[:SECTION]",
    help="YAML file with parameters.",
)
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds that a cell may take."
)
@click.option(
    "--logs", is_flag=True, envvar=KERNEL_LOGS, help="Show what cells print and the kernel logs."
)
@no_collection()
def run(
    notebook: Path,
    report: Path,
    outputs: tuple[Path, ...],
    parameters: tuple[tuple[str, str], ...],
    files: tuple[str, ...],
    timeout: float | None,
    logs: bool,
) -> None:
    """Execute NOTEBOOK and put it, with a page to read, into the folder REPORT.

    Nothing is replaced unless every cell ends well.

    \b
    Example:
      faultcast notebook run notebooks/01_explore.ipynb reports/foundry/01_explore -p plant foundry
    """
    from faultcast.config.layout import Layout
    from faultcast.pipeline.lifeline import end_with_driver
    from faultcast.pipeline.parameters import Text
    from faultcast.pipeline.places import inside
    from faultcast.pipeline.progress import CellLines
    from faultcast.pipeline.run import NotebookRun, run_notebook
    from faultcast.pipeline.values import read_values

    if "DVC_STAGE" in os.environ:
        end_with_driver()
    given: dict[str, object] = {}
    for source in files:
        given.update(read_values(source))
    given.update({name: Text(value) for name, value in parameters})
    root = Layout.find().root
    job = NotebookRun(
        root=root,
        notebook=inside(root, notebook),
        report=inside(root, report),
        outputs=tuple(inside(root, output) for output in outputs),
        parameters=given,
        timeout=timeout,
    )
    for stray in run_notebook(job, CellLines(sys.stderr, logs=logs)):
        click.echo(
            f"warning: {stray.relative_to(job.root)} is written, but no output of this stage",
            err=True,
        )
    for suffix in (".ipynb", ".html"):
        click.echo(os.path.relpath(job.report / f"{notebook.stem}{suffix}"))


@notebook.command(cls=ListsCommand, no_args_is_help=True)
@click.argument("data", metavar="DATA_SUBDIRECTORY")
@click.argument("notebook", metavar="NOTEBOOK")
@click.option(
    "dependencies",
    "-d",
    "--dependency",
    multiple=True,
    metavar="PATH ...",
    help="Files and folders that it reads.",
)
@click.option(
    "parameters",
    "-p",
    "--parameter",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE ...",
    help="Parameters, pair by pair.",
)
@click.option(
    "files",
    "-f",
    "--file",
    multiple=True,
    metavar="FILE[:SECTION] ...",
    help="YAML files with parameters.",
)
@click.option("name", "-n", "--name", help="The stage's name; by default after the notebook.")
@click.option(
    "plants", "--plant", multiple=True, metavar="PLANT ...", help="Plants, a run for each."
)
@click.option("--no-run", is_flag=True, help="Write dvc.yaml, run nothing.")
@click.option("--dry-run", is_flag=True, help="Show the change to dvc.yaml, write nothing.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Stages at a time.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds for a cell.")
@no_collection()
def stage(no_run: bool, dry_run: bool, jobs: int | None, **asked: Any) -> None:
    """Make NOTEBOOK a stage that fills data/DATA_SUBDIRECTORY and its report, and run it.

    Its code, the modules of src that it imports and the configuration of its plants are found; -d
    adds what else it reads. In DATA_SUBDIRECTORY and -d, {plant} stands for each plant.

    \b
    Example:
      ./dvc-run-notebook 'interim/{plant}/windows' ../notebooks/02_windows.ipynb \\
          -d '../data/interim/{plant}/canonical' --plant bottling foundry
    """
    from faultcast.config.layout import Layout
    from faultcast.pipeline.add_stage import add_stage
    from faultcast.pipeline.request import StageRequest
    from faultcast.pipeline.run_stages import run_and_show

    request = StageRequest(layout=Layout.find(), here=Path.cwd(), **asked)
    name = add_stage(request, sys.stdout, write=not dry_run, ready=not no_run)
    if not (no_run or dry_run):
        sys.exit(run_and_show(request.layout.root, [name], jobs))
