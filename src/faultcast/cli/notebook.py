"""`faultcast notebook`: run a notebook, make it a stage."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click


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
def run(
    notebook: Path,
    report: Path,
    outputs: tuple[Path, ...],
    parameters: tuple[tuple[str, str], ...],
    files: tuple[str, ...],
    timeout: float | None,
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
    from faultcast.pipeline.progress import CellLines
    from faultcast.pipeline.run import NotebookRun, run_notebook
    from faultcast.pipeline.values import read_values

    if "DVC_STAGE" in os.environ:
        end_with_driver()
    given: dict[str, object] = {}
    for source in files:
        given.update(read_values(source))
    given.update({name: Text(value) for name, value in parameters})
    job = NotebookRun(
        root=Layout.find().root,
        notebook=notebook.absolute(),
        report=report.absolute(),
        outputs=tuple(output.absolute() for output in outputs),
        parameters=given,
        timeout=timeout,
    )
    for stray in run_notebook(job, CellLines(sys.stderr)):
        click.echo(
            f"warning: {stray.relative_to(job.root)} is written, but no output of this stage",
            err=True,
        )
    for suffix in (".ipynb", ".html"):
        click.echo(os.path.relpath(job.report / f"{notebook.stem}{suffix}"))
