"""`faultcast summary`: what the belt found for every plant."""

from __future__ import annotations

import click

from faultcast.config.layout import Layout


@click.command()
def summary() -> None:
    """Show the results of every plant of params.yaml, where its report is and what comes next.

    \b
    Example:
      faultcast summary
    """
    from rich.console import Console

    from faultcast.config.parameters import load_parameters
    from faultcast.reporting.results import Result, result_table

    layout = Layout.find()
    results = [Result.read(layout, plant) for plant in load_parameters(layout).plants]
    Console().print(result_table(results))
    click.echo("\nReports to read:")
    for result in results:
        click.echo(f"  {result.report.relative_to(layout.root)}")
    click.echo(
        "\nNext: make ui (tracked runs), make lab (notebooks), or your own plant:\n"
        "  source .venv/bin/activate\n"
        "  faultcast plant new NAME --telemetry FILE --failures FILE"
    )
