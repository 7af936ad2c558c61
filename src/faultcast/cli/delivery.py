"""`faultcast delivery`: prepare a server, and see what runs where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from faultcast.errors import DeliveryError

if TYPE_CHECKING:
    from faultcast.delivery.status import Deployment, Origin


@click.group()
def delivery() -> None:
    """Prepare a server for deployments, and see what runs where."""


@delivery.command("install-target")
@click.option("--image", required=True, metavar="REPOSITORY", help="Where the server pulls from.")
@click.option("--server-name", required=True, metavar="HOST", help="The name that people use.")
@click.option("--user", default="deploy", show_default=True, help="Who deploys; made if missing.")
@click.option("--key", type=click.File(), help="File with the public key that may deploy.")
@click.option("--folder", default="/opt/faultcast", show_default=True)
@click.option("--listen", default="80", show_default=True, help="Port on which nginx serves.")
@click.option(
    "--ports", nargs=2, type=int, default=(8081, 8082), show_default=True, help="Of containers."
)
@click.option("--watch-port", type=int, default=8083, show_default=True, help="For the script.")
@click.option("--nginx", default="/usr/sbin/nginx", show_default=True, help="Its command.")
@click.option("--nginx-folder", default="/etc/nginx/conf.d", show_default=True)
def install_target(key: TextIO | None, **asked: Any) -> None:
    """Print the script that prepares a server: read it, then run it there as root.

    \b
    Example:
      faultcast delivery install-target --image registry.example.com/team/faultcast \\
          --server-name forecasts.example.com --key deploy_key.pub > install.sh
      ssh root@server sh < install.sh
    """
    from faultcast.delivery.install import Installation

    public = key.read().strip() if key else ""
    click.echo(Installation(key=public, **asked).script())


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
    """Show what each environment serves since when: digest, commit, models and their origin.

    The servers are named by FAULTCAST_STAGING and FAULTCAST_PRODUCTION; of the models the registry
    says from which run and commit they come.

    \b
    Example:
      FAULTCAST_PRODUCTION=deploy@server faultcast delivery status
    """
    from faultcast.delivery.status import Environment, ask, origins
    from faultcast.settings import TARGETS, deployment_targets

    targets = deployment_targets()
    if not targets:
        raise DeliveryError(f"no server is named: set {' or '.join(TARGETS.values())}")
    found, silent = {}, []
    for name, address in targets.items():
        try:
            found[name] = ask(Environment(name, address))
        except DeliveryError as failure:
            silent.append(str(failure))
    models = {name: origins(one) for name, one in found.items()}
    if as_json:
        told = {
            name: one.model_dump()
            | {"lineage": {model: origin.model_dump() for model, origin in models[name].items()}}
            for name, one in found.items()
        }
        click.echo(json.dumps(told, indent=2))
    else:
        _show(found, models)
    if silent:
        raise DeliveryError("\n".join(silent))


def _show(found: Mapping[str, Deployment], models: Mapping[str, Mapping[str, Origin]]) -> None:
    from rich.console import Console
    from rich.table import Table

    servers = Table("environment", "digest", "commit", "version", "since", "ready")
    origins = Table("environment", "model", "run", "commit")
    for name, one in found.items():
        digest = one.digest[:19] or one.problem or "nothing"
        ready = "yes" if one.ready else "NO"
        servers.add_row(name, digest, one.commit[:12], one.version, one.since[:19], ready)
        for model, origin in models[name].items():
            told = f"{model}/{origin.version}"
            origins.add_row(name, told, origin.run or origin.unknown, origin.commit[:12])
    for table in (servers, origins):
        if table.row_count:
            Console().print(table)
    if origins.row_count:
        click.echo("The whole way to the raw files, checked: faultcast lineage MODEL")
