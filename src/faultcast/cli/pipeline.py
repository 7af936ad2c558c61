"""`faultcast pipeline`: run the stages, keep their dependencies right."""

from __future__ import annotations

import sys

import click

from faultcast.pipeline.imports import no_collection


@click.group()
def pipeline() -> None:
    """Run the stages of dvc.yaml and keep their dependencies right."""


@pipeline.command()
def code() -> None:
    """Write what each stage runs, without prose and outputs, for DVC to compare.

    The stage `code` of dvc.yaml calls it.

    \b
    Example:
      faultcast pipeline code
    """
    from faultcast.config.layout import Layout
    from faultcast.pipeline.code_stage import run_code_stage

    run_code_stage(Layout.find().root)


@pipeline.command()
def check() -> None:
    """Say what the stages of dvc.yaml miss: dependencies that their notebooks have, outputs.

    \b
    Example:
      faultcast pipeline check
    """
    from faultcast.config.layout import Layout
    from faultcast.pipeline.check import missing_in
    from faultcast.pipeline.pipeline_file import PipelineFile

    layout = Layout.find()
    problems = missing_in(layout, PipelineFile(layout.root))
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo("Missing dependencies are added by: faultcast pipeline sync", err=True)
        sys.exit(1)
    click.echo("dvc.yaml misses nothing.")


@pipeline.command()
def sync() -> None:
    """Add to dvc.yaml the dependencies on code and configuration that its stages have.

    \b
    Example:
      faultcast pipeline sync
    """
    from faultcast.config.layout import Layout
    from faultcast.pipeline.changes import show_change
    from faultcast.pipeline.check import add_missing
    from faultcast.pipeline.pipeline_file import PipelineFile

    layout = Layout.find()
    file = PipelineFile(layout.root)
    add_missing(layout, file)
    show_change(file.text, file.changed_text(), sys.stdout)
    file.write()


@pipeline.command()
@click.argument("stages", nargs=-1)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    help="Stages at a time; as many as cores by default.",
)
@no_collection()
def run(stages: tuple[str, ...], jobs: int | None) -> None:
    """Run what changed, independent stages at the same time: all, or STAGES and what they need.

    \b
    Example:
      faultcast pipeline run evaluate@foundry -j 2
    """
    from faultcast.config.layout import Layout
    from faultcast.pipeline.run_stages import run_and_show

    sys.exit(run_and_show(Layout.find().root, stages, jobs))
