"""`faultcast data`: what the stages wrote, to a remote and back; new logs of the plants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from faultcast.cli.plant import checked_name

_OPTIONS = (
    click.option("-r", "--remote", help="The remote's name; by default the default one."),
    click.option("-j", "--jobs", type=click.IntRange(min=1), help="Files at a time."),
    click.option("--all-commits", is_flag=True, help="Of every commit, not of this one alone."),
)


def _transfer_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group()
def data() -> None:
    """Share data, models and reports through a folder, an SFTP server or a bucket; fetch new logs.

    Remotes are DVC's: dvc remote add --default NAME URL. DVC itself does not check an SSH server's
    host key; these commands do, and they end with a message when the server falls silent.
    """


@data.command()
@_transfer_options
def push(**asked: Any) -> None:
    """Send what the stages wrote to a remote.

    A push that was cut short is completed by the next one.

    \b
    Example:
      faultcast data push --remote team
    """
    from dvc.ui import ui

    from faultcast.config.layout import Layout
    from faultcast.pipeline.remote import Transfer, push

    ui.enable()
    click.echo(f"Sent {_files(push(Layout.find().root, Transfer(**asked)))}.")


@data.command()
@_transfer_options
@click.option(
    "--allow-missing", is_flag=True, help="Leave out what the remote lacks: stages make it again."
)
def pull(**asked: Any) -> None:
    """Fetch what the stages of this commit wrote, and verify it by its hashes.

    \b
    Example:
      faultcast data pull --remote team
    """
    from dvc.ui import ui

    from faultcast.config.layout import Layout
    from faultcast.pipeline.remote import Transfer, pull

    ui.enable()
    fetched = pull(Layout.find().root, Transfer(**asked))
    click.echo(f"Fetched {_files(fetched)}; their hashes are those of dvc.lock.")


@data.command("import")
@click.argument("plant", callback=checked_name)
@click.argument("source")
def import_(plant: str, source: str) -> None:
    """Fetch the logs of PLANT from SOURCE, and remember it for `faultcast data update`.

    SOURCE is where the plant delivers them: a folder, ssh://USER@HOST/FOLDER or s3://BUCKET/FOLDER.

    \b
    Example:
      faultcast data import mill ssh://logger@plant.example.com/export/mill
    """
    from dvc.ui import ui

    from faultcast.config.layout import Layout
    from faultcast.pipeline.raw_logs import import_logs

    ui.enable()
    logs = import_logs(Layout.find(), plant, source)
    click.echo(f"Fetched {logs.path} from {logs.source}")
    click.echo("\nNext:")
    click.echo(f"  1. git add {logs.path}.dvc")
    click.echo(f"  2. faultcast plant new {plant} --telemetry {logs.path}/FILE ...")


@data.command()
@click.argument("plants", nargs=-1, metavar="[PLANT]...")
def update(plants: tuple[str, ...]) -> None:
    """Fetch the logs of each PLANT again where they changed at their source.

    Without PLANT, of all whose logs were imported. What the stages make of them is stale then.

    \b
    Example:
      faultcast data update && make run
    """
    from dvc.ui import ui

    from faultcast.config.layout import Layout
    from faultcast.pipeline.raw_logs import update_logs

    ui.enable()
    found = False
    for logs in update_logs(Layout.find(), plants):
        click.echo(f"{logs.path}: {'new logs' if logs.new else 'nothing new'} from {logs.source}")
        found = True
    if not found:
        click.echo("No plant's logs were imported from where they are delivered: nothing to fetch.")


def _files(count: int) -> str:
    return "nothing new" if not count else f"{count:,} file{'' if count == 1 else 's'}"
