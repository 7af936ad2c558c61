"""`faultcast tracking-server`: an MLflow server on PostgreSQL, on this machine."""

from __future__ import annotations

import signal
from pathlib import Path

import click


@click.command("tracking-server")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the database, the artifacts and the logs; the checkout's .faultcast/server.",
)
@click.option("--port", default=5000, show_default=True, help="Port on the loopback interface.")
def tracking_server(folder: Path | None, port: int) -> None:
    """Run an MLflow server on PostgreSQL on this machine, until Ctrl-C.

    Other checkouts on the machine use it with MLFLOW_TRACKING_URI=http://127.0.0.1:PORT.

    \b
    Example:
      faultcast tracking-server --folder /srv/mlflow
    """
    from faultcast.config.layout import Layout
    from faultcast.tracking.server import tracking_server as run

    # SIGTERM ends it like Ctrl-C: the database is stopped, not left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    place = (folder or Layout.find().root / ".faultcast" / "server").absolute()
    click.echo(f"Starting PostgreSQL and MLflow in {place} (some seconds) ...")
    with run(place, port) as server:
        try:
            click.echo(f"Ready: {server.uri} (Ctrl-C ends it). Deliver runs to it with:")
            click.echo(f"  export MLFLOW_TRACKING_URI={server.uri}")
            signal.pause()
        except KeyboardInterrupt:
            click.echo("\nStopping ...")
