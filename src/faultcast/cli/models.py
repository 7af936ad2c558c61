"""`faultcast models`: the registered models, their versions and who serves."""

from __future__ import annotations

from pathlib import Path

import click


@click.group(invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> None:
    """List registered models, fetch them, go back to the previous one.

    \b
    Example:
      faultcast models
    """
    if context.invoked_subcommand is None:
        context.invoke(list_)


@models.command("list")
@click.argument("plants", nargs=-1, metavar="[PLANT]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all that is known.")
def list_(plants: tuple[str, ...] = (), as_json: bool = False) -> None:
    """List the versions of each PLANT, or of all: aliases, numbers, who promoted them and why.

    \b
    Example:
      faultcast models list foundry --json
    """
    import json

    from rich.console import Console

    from faultcast.config.layout import Layout
    from faultcast.tracking.catalogue import catalogue, entries
    from faultcast.tracking.registry import Registry

    found = entries(Registry(Layout.find()), plants)
    if as_json:
        content = [entry.as_json() for entry in found]
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
    elif found:
        Console().print(catalogue(found))
    else:
        click.echo("No model is registered yet. Register and judge one with: faultcast gate")


@models.command()
@click.argument("plant")
@click.option("--reason", default="", help="Why, for the ledger.")
def rollback(plant: str, reason: str) -> None:
    """Make the previous champion of PLANT the champion again, after loading and scoring it.

    The version that is left is not promoted again by the gate.

    \b
    Example:
      faultcast models rollback foundry --reason "alarms for every machine since Monday"
    """
    from faultcast.config.layout import Layout
    from faultcast.tracking.rollback import put_previous_back

    told = put_previous_back(Layout.find(), plant, reason or "no reason given")
    click.echo(f"{plant}: {told}")


@models.command()
@click.argument("plants", nargs=-1, metavar="[PLANT]...")
@click.option(
    "--to",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that gets a folder for each plant.",
)
@click.option("--version", "which", default="champion", show_default=True, help="Number or alias.")
@click.option(
    "--watch", is_flag=True, help="Go on until interrupted: fetch each new champion within seconds."
)
def fetch(plants: tuple[str, ...], folder: Path, which: str, watch: bool) -> None:
    """Write a version of each PLANT, or of all, to folders that a server can watch.

    FOLDER/PLANT holds the model's files and version.json. Each is replaced at one stroke, and only
    when every byte is the one that was registered.

    \b
    Example:
      faultcast models fetch foundry --to serving
    """
    from faultcast.config.layout import Layout
    from faultcast.tracking.follow import follow
    from faultcast.tracking.registry import Registry
    from faultcast.tracking.version import Alias

    registry = Registry(Layout.find())
    if watch:
        if which != Alias.CHAMPION:
            raise click.UsageError("--watch follows the champion; leave --version out.")
        follow(registry, plants, folder, click.echo)
    names = plants or registry.names()
    if not names:
        click.echo("No model is registered yet. Register and judge one with: faultcast gate")
    for name in names:
        version = registry.find(name, which)
        registry.fetch(version, folder / name)
        click.echo(f"{folder / name}: version {version.number}")
