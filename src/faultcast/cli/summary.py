"""`faultcast summary`: what the belt found for every plant and case."""

from __future__ import annotations

import click

from faultcast.config.layout import Layout


@click.command()
def summary() -> None:
    """Show the results of every plant and case of params.yaml, their reports and what comes next.

    Of the plants, the second table shows what a machine-month of the test weeks costs with the
    model's alarms and without them.

    \b
    Example:
      faultcast summary
    """
    from rich.console import Console

    from faultcast.config.parameters import load_parameters
    from faultcast.reporting.case_results import CaseResult, case_table
    from faultcast.reporting.results import Result, cost_table, result_table

    layout = Layout.find()
    listed = load_parameters(layout)
    plants = [Result.read(layout, plant) for plant in listed.plants]
    cases = [CaseResult.read(layout, case) for case in listed.cases]
    tables = [result_table(plants), cost_table(plants)] if plants else []
    for table in [*tables, case_table(cases)] if cases else tables:
        Console().print(table)
    click.echo("Reports to read:")
    reports = [path for plant in plants for path in plant.reports]
    for path in [*reports, *(case.report for case in cases)]:
        click.echo(f"  {path.relative_to(layout.root)}")
    click.echo(
        "\nNext: make ui (tracked runs), make lab (notebooks), or your own plant:\n"
        "  source .venv/bin/activate\n"
        "  faultcast plant new NAME --telemetry FILE --failures FILE"
    )
