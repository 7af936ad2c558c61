"""`faultcast case`: put up a plain-table case and say what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import click

from faultcast.cli.plant import checked_name
from faultcast.cli.violations import all_option, listed


@click.group()
def case() -> None:
    """Put up a plain-table case, check its configuration and table."""


@case.command()
@click.argument("name", callback=checked_name)
@click.option(
    "--table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="CSV file with a row a thing.",
)
@click.option("--target", required=True, help="Column that holds the answer.")
def new(name: str, table: Path, target: str) -> None:
    """Write a configuration for case NAME, guessed from its table.

    The table goes to data/external/NAME.csv, the configuration to configs/cases/NAME.yaml, with a
    comment wherever it was guessed.

    \b
    Example:
      faultcast case new wine --table wine.csv --target quality
    """
    from faultcast.config.layout import Layout
    from faultcast.data.new_case import create_case

    layout = Layout.find()
    made = create_case(layout, name, table, target)
    config = made.config.relative_to(layout.root)
    click.echo(f"Wrote {made.table.relative_to(layout.root)}")
    click.echo(f"Wrote {config}")
    click.echo(f"  columns     {', '.join(column.name for column in made.guess.columns)}")
    click.echo(f"  left out    {', '.join(made.guess.left_out) or 'none'}")
    classes = ", ".join(map(str, made.guess.classes.values)) or "false, true"
    click.echo(f"  target      {target} ({classes})")
    click.echo("\nNext:")
    click.echo(f"  1. Read {config} and mend what is marked guessed.")
    click.echo(f"  2. faultcast case check {name}")
    click.echo(f"  3. Add {name} to cases in params.yaml, then: make run")


@case.command()
@click.argument("name")
@all_option
def check(name: str, everything: bool) -> None:
    """Say what is wrong with the configuration and table of case NAME.

    Reads them as the belt would and writes nothing. Exits with 0 when all is well, with 2
    otherwise.

    \b
    Example:
      faultcast case check titanic
    """
    from faultcast.config.layout import Layout
    from faultcast.pipeline.case_check import check_case
    from faultcast.scoring.case_manifest import class_name

    with listed(everything):
        found = check_case(Layout.find(), name)
    click.echo(f"{name}: configuration and table can be used.")
    for part, rows in found.parts.items():
        counts = dict(rows["target"].value_counts().iter_rows())
        classes = enumerate(found.case.target.classes)
        each = ", ".join(f"{class_name(one)} {counts.get(place, 0):,}" for place, one in classes)
        click.echo(f"  {part:<11} {rows.height:,} rows ({each})")
    if not found.is_listed:
        click.echo(f"\nNext: add {name} to cases in params.yaml, then: make run")
