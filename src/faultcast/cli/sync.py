"""`faultcast sync`: deliver tracked runs to MLflow."""

from __future__ import annotations

import click

from faultcast.config.layout import Layout


@click.command()
def sync() -> None:
    """Deliver the runs kept on disk to MLflow (MLFLOW_TRACKING_URI, or the checkout's mlflow.db).

    A store that was carried here from another folder or machine is told where its files are now.

    \b
    Example:
      faultcast sync
    """
    from faultcast.tracking.moved import settle
    from faultcast.tracking.record import pending
    from faultcast.tracking.sync import sync as deliver

    layout = Layout.find()
    if settle(layout.root):
        click.echo("mlflow.db came from another folder: its artifacts are found here now.")
    waiting = len(pending(layout))
    if not waiting:
        click.echo("Every tracked run is delivered.")
        return
    with click.progressbar(length=waiting, label="Delivering runs to MLflow") as bar:
        for _ in deliver(layout):
            bar.update(1)
    click.echo(f"Delivered {waiting} run{'s' if waiting > 1 else ''}. Look at them with: make ui")
