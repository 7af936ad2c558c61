"""`faultcast experiments`: list and compare tracked runs."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING

import click

from faultcast.config.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from faultcast.tracking.journal import Row


_WIDE = 250  # characters, where no terminal says how many fit


@click.command()
@click.argument("runs", nargs=-1)
@click.option("-p", "--plant", default="", help="Only runs of this plant.")
@click.option("-s", "--stage", default="", help="Only runs of this stage: 04_train, or train.")
@click.option("--sort", default="started", show_default=True, help="Column to sort by.")
@click.option("--descending", is_flag=True, help="Highest or latest first.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with all columns.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON with all columns.")
def experiments(
    runs: tuple[str, ...],
    plant: str,
    stage: str,
    sort: str,
    descending: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """List tracked runs, or compare RUNS (ids as listed) side by side.

    Listed are the runs in MLflow, those that wait on disk, and those of reports/experiments.csv.

    \b
    Example:
      faultcast experiments --plant foundry --stage evaluate --sort test_average_precision
      faultcast experiments 1f0c 9ab2
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other")
    from faultcast.tracking.experiments import by_column, compare
    from faultcast.tracking.experiments import experiments as known

    layout = Layout.find()
    if runs:
        _show_comparison(compare(layout, runs), runs, as_csv=as_csv, as_json=as_json)
        return
    found = known(layout, plant, stage)
    if found.fault:
        click.echo(f"faultcast: {found.fault}\n  Shown: journal and runs on disk.", err=True)
    rows = by_column(found.rows, sort, descending=descending)
    if as_json:
        click.echo(json.dumps([row.model_dump(mode="json") for row in rows], indent=2))
    elif as_csv:
        _write_csv(rows)
    else:
        _show(rows)


def _write_csv(rows: Sequence[Row]) -> None:
    from faultcast.tracking.journal import COLUMNS

    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.cells() for row in rows)


def _show(rows: Sequence[Row]) -> None:
    from faultcast.cli.run_tables import run_table

    if not rows:
        click.echo("No run is tracked yet. Make some with: make run")
        return
    console = _console()
    console.print(run_table(rows, console.width))


def _show_comparison(
    sections: dict[str, dict[str, list[str]]],
    runs: Sequence[str],
    *,
    as_csv: bool,
    as_json: bool,
) -> None:
    if as_json:
        click.echo(json.dumps(sections, indent=2))
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["section", "name", *runs])
        for section, lines in sections.items():
            writer.writerows([section, name, *values] for name, values in lines.items())
    else:
        from faultcast.cli.run_tables import comparison_table

        _console().print(comparison_table(sections, runs))


def _console() -> Console:
    """Return one as wide as the terminal; what goes to a file or a pipe is not cut."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=_WIDE)
