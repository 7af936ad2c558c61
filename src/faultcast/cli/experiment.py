"""`faultcast experiment`: run the sets of configs/experiments."""

from __future__ import annotations

import sys

import click


@click.group()
def experiment() -> None:
    """Try variations of the plants' settings and compare them."""


@experiment.command()
@click.argument("name")
@click.option("--plant", "plants", multiple=True, help="This plant only; may be repeated.")
@click.option(
    "-j", "--jobs", default=1, show_default=True, type=click.IntRange(min=1), help="At a time."
)
def run(name: str, plants: tuple[str, ...], jobs: int) -> None:
    """Run the set configs/experiments/NAME.yaml, and write a page that compares its trials.

    Trials that ended in an earlier run, also in one that was killed, are not run again.

    \b
    Example:
      faultcast experiment run algorithms --plant bottling -j 2
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from faultcast.config.experiment import load_experiment_set
    from faultcast.config.layout import Layout
    from faultcast.config.load import load_plant
    from faultcast.config.parameters import load_parameters
    from faultcast.experiments.report import write_report
    from faultcast.experiments.run import run_set
    from faultcast.experiments.study import FAULT

    layout = Layout.find()
    experiments = load_experiment_set(layout, name)
    chosen = plants or experiments.plants or load_parameters(layout).plants
    for plant in chosen:
        load_plant(layout, plant)
    console = Console(stderr=True)
    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(name, total=None)

        def tell(line: str, left: int) -> None:
            progress.console.print(line)
            progress.update(task, advance=1, total=progress.tasks[task].completed + 1 + left)

        studies = run_set(layout, experiments, chosen, jobs, tell)
        progress.update(task, total=progress.tasks[task].completed)
    page = write_report(layout, experiments, studies)
    failed = [trial for study in studies for trial in study.ended if FAULT in trial.user_attrs]
    click.echo(f"Compared in {page.relative_to(layout.root)}")
    if failed:
        click.echo(f"{len(failed)} trials failed; the page says why.", err=True)
        sys.exit(1)
