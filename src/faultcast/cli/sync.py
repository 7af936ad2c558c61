"""`faultcast sync`: deliver tracked runs to MLflow."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from faultcast.config.layout import Layout

if TYPE_CHECKING:
    from faultcast.tracking.sync import BoundedSync

_NOTHING = "Every tracked run is delivered."


@click.command()
@click.option(
    "--within",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Wait no longer for a server, and end with a warning at most; the rest stays on disk.",
)
def sync(within: float | None) -> None:
    """Deliver the runs kept on disk to MLflow (MLFLOW_TRACKING_URI, or the checkout's mlflow.db).

    Each is delivered once, with its own times and files, and gets a line in
    reports/experiments.csv. What cannot be delivered stays on disk for the next time.

    A store that was carried here from another folder or machine is told where its files are now.

    \b
    Example:
      faultcast sync
    """
    layout = Layout.find()
    if within is None:
        _settle(layout)
        _deliver(layout)
    elif job := deliver_within(layout, within):
        end(job, 0)
    else:
        click.echo(_NOTHING)


def _settle(layout: Layout) -> None:
    from faultcast.tracking.moved import settle

    if settle(layout.root):
        click.echo("mlflow.db came from another folder: its artifacts are found here now.")


def _deliver(layout: Layout) -> None:
    from faultcast.tracking.record import pending
    from faultcast.tracking.sync import sync as deliver

    waiting = len(pending(layout))

    done = 0
    with click.progressbar(length=waiting, label="Delivering runs to MLflow") as bar:
        for _ in deliver(layout):
            done += 1
            bar.update(1)
    if not done:
        click.echo(_NOTHING)
        return
    click.echo(f"{_counted(done)}. Look at them with: make ui, or faultcast experiments")


def deliver_within(layout: Layout, seconds: float) -> BoundedSync | None:
    """Deliver what can be delivered in time, and warn at most; None where no run waits."""
    from faultcast.settings import tracking_uri
    from faultcast.tracking.record import pending
    from faultcast.tracking.sync import BoundedSync

    _settle(layout)
    if not pending(layout):
        return None
    embedded = tracking_uri(layout.root).startswith("sqlite:")  # nobody to wait for
    job = BoundedSync(layout, None if embedded else seconds)
    job.run()
    if job.fault:
        click.echo(f"faultcast: {job.fault}", err=True)
    elif not job.ended:
        told = f"faultcast: {_counted(job.delivered).lower()} in {seconds:g} s; the server is slow."
        click.echo(f"{told} The rest waits on disk: faultcast sync", err=True)
    else:
        click.echo(
            f"{_counted(job.delivered)}. Look at them with: make ui, or faultcast experiments"
        )
    return job


def end(job: BoundedSync, code: int) -> None:
    """End the process now if MLflow's threads still wait for the server: they would hold it up."""
    sys.stdout.flush()
    sys.stderr.flush()
    if not job.ended:
        os._exit(code)


def _counted(runs: int) -> str:
    return f"Delivered {runs} run{'' if runs == 1 else 's'}"
