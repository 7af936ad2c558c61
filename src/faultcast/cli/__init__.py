"""The `faultcast` command: a verb a job."""

from __future__ import annotations

import sys

import click

from faultcast import __version__
from faultcast.cli.config import config
from faultcast.cli.ingest import ingest
from faultcast.cli.notebook import notebook
from faultcast.cli.pipeline import pipeline
from faultcast.cli.plant import plant
from faultcast.cli.simulate import simulate
from faultcast.cli.summary import summary
from faultcast.cli.sync import sync
from faultcast.errors import FaultcastError


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
        faultcast(standalone_mode=True)
    except FaultcastError as failure:
        if "--debug" in sys.argv[1:2]:
            raise
        click.echo(f"faultcast: {failure}", err=True)
        sys.exit(failure.exit_code)


faultcast.add_command(config)
faultcast.add_command(ingest)
faultcast.add_command(notebook)
faultcast.add_command(pipeline)
faultcast.add_command(plant)
faultcast.add_command(simulate)
faultcast.add_command(summary)
faultcast.add_command(sync)
