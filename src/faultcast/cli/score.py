"""`faultcast score`: forecasts of a whole plant from its files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from faultcast.config.layout import Layout
    from faultcast.pipeline.score import Scores


class _Moment(click.ParamType[datetime]):
    """A time in ISO 8601; without an offset it is UTC."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the time."""
        try:
            moment = datetime.fromisoformat(str(value))
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not a time in ISO 8601, such as 2026-01-31T06:00Z", param, ctx)


@click.command()
@click.argument("plant")
@click.option("--at", type=_Moment(), help="Moment of the forecasts.  [default: the last reading]")
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that ends in .parquet or .csv.  [default: print the riskiest machines]",
)
@click.option("--store", is_flag=True, help="Write into the prediction store, for the board.")
@click.option("--model", type=click.Path(file_okay=False, path_type=Path), help="Model's folder.")
def score(
    plant: str, at: datetime | None, target: Path | None, store: bool, model: Path | None
) -> None:
    """Forecast all machines of PLANT from its canonical data, as the API would.

    The prediction store is that of `faultcast serve`: FAULTCAST_STORE, or the project's own.

    \b
    Example:
      faultcast score bottling --at 2026-06-01T06:00Z --to forecasts.csv
    """
    from faultcast.config.layout import Layout
    from faultcast.pipeline.score import score_plant, write_scores

    layout = Layout.find()
    folder = model or layout.model(plant)
    scores = score_plant(layout, plant, at, folder)
    table = scores.table()
    if target:
        write_scores(table, target)
        click.echo(f"{target}: {table.height:,} machines")
    if store:
        request_id = _store(layout, folder, scores)
        click.echo(f"Stored as request {request_id} (faultcast lineage {request_id})")
    if target or store:
        return
    for row in table.head(20).iter_rows(named=True):
        told = row["detail"] or f"{row['probability_machine']:6.1%}  {row['risk']}"
        click.echo(f"{row['machine']:<12} {row['status']:<18} {told}")


def _store(layout: Layout, folder: Path, scores: Scores) -> str:
    from faultcast.serving.served import ServedPlant, version_of
    from faultcast.serving.store.batch import store_batch
    from faultcast.settings import required_store

    manifest = scores.model.manifest
    version = version_of(folder, manifest.model.sha256)
    plant = ServedPlant(manifest.plant, folder, version, scores.model)
    url = required_store(layout.root)
    return store_batch(url, plant, scores.records, scores.forecasts, scores.at)
