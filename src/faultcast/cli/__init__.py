"""The `faultcast` command: a verb a job."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from faultcast import __version__
from faultcast.cli.ask import ask
from faultcast.cli.bars import bars
from faultcast.cli.case import case
from faultcast.cli.config import config
from faultcast.cli.data import data
from faultcast.cli.delivery import delivery
from faultcast.cli.experiment import experiment
from faultcast.cli.experiments import experiments
from faultcast.cli.feedback import feedback
from faultcast.cli.gate import gate
from faultcast.cli.ingest import ingest
from faultcast.cli.lineage import lineage
from faultcast.cli.models import models
from faultcast.cli.notebook import notebook
from faultcast.cli.pipeline import pipeline
from faultcast.cli.plant import plant
from faultcast.cli.reproduce import reproduce
from faultcast.cli.score import score
from faultcast.cli.serve import api_key, serve
from faultcast.cli.simulate import simulate
from faultcast.cli.summary import summary
from faultcast.cli.sync import sync
from faultcast.cli.tracking_server import tracking_server
from faultcast.errors import DiskError, FaultcastError
from faultcast.files import WRITE_FAILURES

_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="faultcast")
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
@click.pass_context
def faultcast(context: click.Context, debug: bool) -> None:
    """Forecast machine failures: from raw plant logs to a reported model.

    \b
    Example:
      faultcast plant check mill
    """
    context.obj = debug


def main() -> None:
    """Run the command; a failure prints its message and ends with its exit code."""
    try:
        sys.exit(faultcast(standalone_mode=False))
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as misused:
        misused.show()
        sys.exit(misused.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("faultcast: interrupted; earlier outputs are untouched, run it again", err=True)
        sys.exit(_INTERRUPTED)
    except (FaultcastError, OSError) as failure:
        if "--debug" in sys.argv[1:2]:
            raise
        told = _told(failure)
        click.echo(f"faultcast: {told}", err=True)
        sys.exit(told.exit_code)


def _told(failure: FaultcastError | OSError) -> FaultcastError:
    """Return what a person is told of a failure; one that is no matter of the disk is a fault."""
    if isinstance(failure, FaultcastError):
        return failure
    if failure.errno not in WRITE_FAILURES:
        raise failure
    return DiskError(Path(failure.filename or "."), failure)


faultcast.add_command(api_key)
faultcast.add_command(ask)
faultcast.add_command(bars)
faultcast.add_command(case)
faultcast.add_command(config)
faultcast.add_command(delivery)
faultcast.add_command(data)
faultcast.add_command(experiments)
faultcast.add_command(feedback)
faultcast.add_command(gate)
faultcast.add_command(experiment)
faultcast.add_command(ingest)
faultcast.add_command(models)
faultcast.add_command(lineage)
faultcast.add_command(notebook)
faultcast.add_command(pipeline)
faultcast.add_command(plant)
faultcast.add_command(reproduce)
faultcast.add_command(score)
faultcast.add_command(serve)
faultcast.add_command(simulate)
faultcast.add_command(summary)
faultcast.add_command(sync)
faultcast.add_command(tracking_server)
