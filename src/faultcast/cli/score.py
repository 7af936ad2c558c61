"""`faultcast score`: forecasts of a whole plant from its files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click


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
@click.option("--model", type=click.Path(file_okay=False, path_type=Path), help="Model's folder.")
def score(plant: str, at: datetime | None, target: Path | None, model: Path | None) -> None:
    """Forecast all machines of PLANT from its canonical data, as the API would.

    \b
    Example:
      faultcast score bottling --at 2026-06-01T06:00Z --to forecasts.csv
    """
    from faultcast.config.layout import Layout
    from faultcast.pipeline.score import score_plant, write_scores

    layout = Layout.find()
    scores = score_plant(layout, plant, at, model or layout.model(plant))
    if target:
        write_scores(scores, target)
        click.echo(f"{target}: {scores.height:,} machines")
        return
    for row in scores.head(20).iter_rows(named=True):
        told = row["detail"] or f"{row['probability_machine']:6.1%}  {row['risk']}"
        click.echo(f"{row['machine']:<12} {row['status']:<18} {told}")
