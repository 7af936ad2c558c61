"""`faultcast ingest`: canonical data and a quality report from a plant's raw files."""

from __future__ import annotations

import click


@click.command()
@click.argument("plant")
def ingest(plant: str) -> None:
    """Check PLANT's raw files and write its canonical data and data-quality report.

    Files that break the contract stop the plant: every violation is listed by file, row and
    column, and nothing is written.

    \b
    Example:
      faultcast ingest mill
    """
    from faultcast.config.layout import Layout
    from faultcast.pipeline.ingest import ingest_plant

    layout = Layout.find()
    summary = ingest_plant(layout, plant)
    repaired = [f"{rule} {count:,}" for rule, count in summary.repaired.items()]
    click.echo(
        f"{plant}: {summary.rows:,} rows of {summary.machines} machines, "
        f"{summary.failures} failures; repaired: {', '.join(repaired) or 'nothing'}; "
        f"see {summary.report.relative_to(layout.root)}"
    )
