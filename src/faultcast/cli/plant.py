"""`faultcast plant`: put up a plant and say what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import available_timezones

import click

from faultcast.cli.violations import all_option, listed

_FILES = click.Path(exists=True, path_type=Path)


@click.group()
def plant() -> None:
    """Put up a plant, check its configuration and files."""


def checked_name(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Refuse a name that cannot be a plant's or a case's."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", value):
        raise click.BadParameter(
            f"{value!r}: write letters, digits and underscores, a letter first", context, parameter
        )
    return value


def _time_zone(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and value not in available_timezones():
        raise click.BadParameter(f"{value!r} is not in the IANA database", context, parameter)
    return value


@plant.command()
@click.argument("name", callback=checked_name)
@click.option("--telemetry", type=_FILES, required=True, help="Readings: a file or a folder.")
@click.option("--failures", type=_FILES, help="Failures of components.")
@click.option("--errors", type=_FILES, help="Error messages that stop nothing.")
@click.option("--maintenance", type=_FILES, help="Replacements of components.")
@click.option("--machines", type=_FILES, help="Models and ages of the machines.")
@click.option(
    "--time-zone", callback=_time_zone, help="Zone of times without an offset, for example UTC."
)
@click.option("--copy/--link", "copy", default=True, help="Copy the files, or link to them.")
def new(
    name: str,
    telemetry: Path,
    failures: Path | None,
    errors: Path | None,
    maintenance: Path | None,
    machines: Path | None,
    time_zone: str | None,
    copy: bool,
) -> None:
    """Write a configuration for plant NAME, guessed from its files.

    The files go to data/raw/NAME/, the configuration to configs/plants/NAME.yaml, with a comment
    wherever it was guessed.

    \b
    Example:
      faultcast plant new mill --telemetry logs/telemetry.csv --failures logs/failures.csv
    """
    from faultcast.config.layout import Layout
    from faultcast.data.new_plant import create_plant
    from faultcast.data.plant_guess import RawFiles

    layout = Layout.find()
    files = RawFiles(telemetry, failures, errors, maintenance, machines)
    made = create_plant(layout, name, files, time_zone, link=not copy)
    config = made.config.relative_to(layout.root)
    raw = made.raw.relative_to(layout.root)
    components = ", ".join(made.guess.components) or "unknown, no failures were given"
    if made.placed:
        click.echo(f"{'Copied' if copy else 'Linked'} {', '.join(files.given())} to {raw}/")
    else:
        click.echo(f"Read {', '.join(files.given())} in {raw}/")
    click.echo(f"Wrote {config}")
    click.echo(f"  sensors     {', '.join(sensor.name for sensor in made.guess.sensors)}")
    click.echo(f"  components  {components}")
    click.echo(f"  repairs     {', '.join(made.repairs) or 'none needed'}")
    click.echo("\nNext:")
    click.echo(f"  1. Read {config} and mend what is marked guessed.")
    click.echo(f"  2. faultcast plant check {name}")
    click.echo(f"  3. Add {name} to plants in params.yaml, then: make run")


@plant.command()
@click.argument("name")
@all_option
def check(name: str, everything: bool) -> None:
    """Say what is wrong with the configuration and files of plant NAME.

    Reads them as the belt would and writes nothing. Exits with 0 when all is well, with 2
    otherwise.

    \b
    Example:
      faultcast plant check mill
    """
    from faultcast.config.layout import Layout
    from faultcast.pipeline.plant_check import check_plant

    with listed(everything):
        found = check_plant(Layout.find(), name)
    quality = found.quality
    click.echo(f"{name}: configuration and files can be used.")
    click.echo(
        f"  telemetry   {quality.rows:,} rows of {quality.machines} machines, "
        f"{quality.start:%Y-%m-%d} to {quality.end:%Y-%m-%d} in UTC"
    )
    failures = quality.events["failure"]
    each = ", ".join(f"{component} {count}" for component, count in failures.items())
    click.echo(f"  failures    {sum(failures.values())} ({each})")
    for part, rows in found.parts.items():
        positives = int(rows["label_machine"].sum())
        click.echo(
            f"  {part:<11} {rows.height:,} forecasts, {positives:,} of them before a failure"
        )
    repairs = ", ".join(sorted({made.repair for made in quality.repairs}))
    click.echo(f"  repairs     {repairs or 'none needed'}")
    if not found.is_listed:
        click.echo(f"\nNext: add {name} to plants in params.yaml, then: make run")
