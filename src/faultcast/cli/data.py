"""`faultcast data`: send what the stages wrote to a remote, fetch it from there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

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
    """Share data, models and reports through a folder, an SFTP server or a bucket.

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


def _files(count: int) -> str:
    return "nothing new" if not count else f"{count:,} file{'' if count == 1 else 's'}"
