"""`faultcast bars`: judge a plant's model by the bars of its configuration."""

from __future__ import annotations

import click


@click.command()
@click.argument("plant")
def bars(plant: str) -> None:
    """Judge the model of PLANT, a plant or a case, by its bars; write reports/PLANT/gate/.

    A model that misses a bar is told here and refused by `faultcast gate`, which also compares it
    with the champion.

    \b
    Example:
      faultcast bars foundry
    """
    from faultcast.config.layout import Layout
    from faultcast.reporting.bars import report_bars

    layout = Layout.find()
    report = report_bars(layout, plant)
    click.echo(f"{plant}: {report.reason}; see {report.page.relative_to(layout.root)}")
