"""`faultcast pipeline`: run the stages, keep their dependencies right."""

from __future__ import annotations

import sys

import click


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
def sync() -> None:
    """Make the stage `code` of dvc.yaml depend on all the code that stages run.

    \b
    Example:
      faultcast pipeline sync
    """
    from faultcast.config.layout import Layout
    from faultcast.pipeline.changes import show_change
    from faultcast.pipeline.code_stage import update_code_stage
    from faultcast.pipeline.pipeline_file import PipelineFile

    root = Layout.find().root
    file = PipelineFile(root)
    before = file.text
    update_code_stage(root, file)
    file.write()
    show_change(before, file.text, sys.stdout)


@pipeline.command()
@click.argument("stages", nargs=-1)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    help="Stages at a time; as many as cores by default.",
)
def run(stages: tuple[str, ...], jobs: int | None) -> None:
    """Run what changed, independent stages at the same time: all, or STAGES and what they need.

    \b
    Example:
      faultcast pipeline run evaluate@foundry -j 2
    """
    import os
    from time import monotonic

    from faultcast.config.layout import Layout
    from faultcast.pipeline.reporter import LineReporter, show_results
    from faultcast.pipeline.run_stages import run_stages

    began = monotonic()
    results = run_stages(
        Layout.find().root, stages, jobs or len(os.sched_getaffinity(0)), LineReporter(sys.stderr)
    )
    show_results(results, monotonic() - began, sys.stdout)
    sys.exit(max((result.exit_code for result in results), default=0))
