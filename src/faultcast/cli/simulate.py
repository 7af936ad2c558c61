"""`faultcast simulate`: raw logs for an embedded demo plant."""

from __future__ import annotations

import click


@click.command()
@click.argument("plant")
def simulate(plant: str) -> None:
    """Fill data/raw/PLANT with the simulated logs of an embedded demo plant.

    The same configuration gives the same bytes. Logs that the simulator did not write are never replaced.

    \b
    Example:
      faultcast simulate bottling
    """
    from faultcast.config.layout import Layout
    from faultcast.data.simulator import simulate_plant

    layout = Layout.find()
    summary = simulate_plant(layout, plant)
    click.echo(
        f"{plant}: {summary.rows:,} rows of {summary.machines} machines, {summary.failures} failures "
        f"in {summary.folder.relative_to(layout.root)}"
    )
