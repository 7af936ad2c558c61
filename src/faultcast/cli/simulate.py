"""`faultcast simulate`: raw logs for an embedded demo plant."""

from __future__ import annotations

import click


@click.command()
@click.argument("plant")
def simulate(plant: str) -> None:
    r"""Fill data/raw/PLANT with the simulated logs of an embedded demo plant.

    The same configuration gives the same bytes. Logs that the simulator did not write itself are
    never replaced.

    \b
    Example:
      faultcast simulate bottling
    """
    from faultcast.config.layout import Layout
    from faultcast.data.simulator import simulate_plant

    layout = Layout.find()
    done = simulate_plant(layout, plant)
    click.echo(
        f"{plant}: {done.rows:,} rows of {done.machines} machines with {done.failures} failures, "
        f"{done.sudden} of them without warning, in {done.folder.relative_to(layout.root)}"
    )
