"""`faultcast feedback`: what planners marked on the board, for the next report."""

from __future__ import annotations

import click


@click.group()
def feedback() -> None:
    """Bring what planners marked on the board into the reports.

    \b
    Example:
      faultcast feedback export bottling
    """


@feedback.command()
@click.argument("plant")
@click.option("--demo", is_flag=True, help="From the store of `faultcast serve --demo`.")
def export(plant: str, demo: bool) -> None:
    """Add new feedback on PLANT's machines to data/external/feedback/PLANT.csv.

    It is read from the prediction store (FAULTCAST_STORE, or the project's own), with the forecast
    that was there when a machine was marked; who marked it stays in the store. The next planner's
    report shows it. Commit the file, so that others get the same report.

    \b
    Example:
      faultcast feedback export bottling && make run
    """
    import polars as pl

    from faultcast.config.layout import Layout
    from faultcast.config.load import load_plant
    from faultcast.data.feedback import SCHEMA, add_feedback
    from faultcast.serving.store.export import export_feedback
    from faultcast.settings import demo_store, required_store

    layout = Layout.find()
    load_plant(layout, plant)
    marks = export_feedback(demo_store(layout.root) if demo else required_store(layout.root), plant)
    new = add_feedback(layout, plant, pl.DataFrame(marks, SCHEMA))
    path = layout.feedback(plant).relative_to(layout.root)
    click.echo(f"{path}: {new:,} new of {len(marks):,} marks in the store")
