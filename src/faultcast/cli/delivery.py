"""`faultcast delivery`: prepare a server, and see what runs where."""

from __future__ import annotations

import json
from pathlib import Path

import click

from faultcast.errors import DeliveryError


@click.group()
def delivery() -> None:
    """Prepare a server for deployments, and see what runs where."""


@delivery.command("install-target")
@click.option("--image", required=True, metavar="REPOSITORY", help="Where the server pulls from.")
@click.option("--folder", default="/opt/faultcast", show_default=True)
@click.option("--listen", default="80", show_default=True, help="Port on which nginx serves.")
@click.option(
    "--ports", nargs=2, type=int, default=(8081, 8082), show_default=True, help="Of containers."
)
@click.option("--nginx", default="nginx", show_default=True, help="The command that steers nginx.")
@click.option("--nginx-folder", default="/etc/nginx/conf.d", show_default=True)
def install_target(
    image: str, folder: str, listen: str, ports: tuple[int, int], nginx: str, nginx_folder: str
) -> None:
    """Print the script that prepares a server: read it, then run it there as root.

    \b
    Example:
      faultcast delivery install-target --image registry.example.com/team/faultcast > install.sh
      ssh root@server sh < install.sh
    """
    from faultcast.delivery.install import installation

    click.echo(installation(image, folder, listen, ports, nginx, nginx_folder))


@delivery.command()
@click.argument("folder", type=click.Path(path_type=Path))
def context(folder: Path) -> None:
    """Write what the image is built from to FOLDER: a wheel, the lock, every champion's model.

    \b
    Example:
      faultcast delivery context build/image
    """
    from faultcast.config.layout import Layout
    from faultcast.delivery.context import write_context

    champions = write_context(Layout.find(), folder)
    for name, version in champions.items():
        click.echo(f"{name}: version {version.number}, of commit {version.commit[:12] or '?'}")


@delivery.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(as_json: bool) -> None:
    """Show digest, commit and models of each environment, and since when they serve.

    The servers are named by FAULTCAST_STAGING and FAULTCAST_PRODUCTION.

    \b
    Example:
      FAULTCAST_PRODUCTION=deploy@server faultcast delivery status
    """
    from rich.console import Console
    from rich.table import Table

    from faultcast.delivery.status import Environment, ask
    from faultcast.settings import TARGETS, deployment_targets

    targets = deployment_targets()
    if not targets:
        raise DeliveryError(f"no server is named: set {' or '.join(TARGETS.values())}")
    found = {name: ask(Environment(name, address)) for name, address in targets.items()}
    if as_json:
        click.echo(json.dumps({name: one.model_dump() for name, one in found.items()}, indent=2))
        return
    table = Table("environment", "digest", "commit", "version", "models", "since", "ready")
    for name, one in found.items():
        models = "\n".join(f"{model} {version}" for model, version in one.models.items())
        ready = "yes" if one.ready else "NO"
        digest, commit = one.digest[:19] or "nothing", one.commit[:12]
        table.add_row(name, digest, commit, one.version, models, one.since[:19], ready)
    Console().print(table)
    click.echo("Where a model comes from: faultcast lineage NAME/VERSION")
