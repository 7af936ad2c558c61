"""Figure of the missing readings: which machine was silent when."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.reporting.clock import local, period_of
from faultcast.reporting.overview import observed
from faultcast.reporting.picture import Picture, canvas, finish, house_style
from faultcast.reporting.style import SEQUENTIAL
from faultcast.reporting.wording import in_order, percent

_MAX_ROWS, _MAX_COLUMNS = 30, 10


def missing_shares(plant: Plant, data: Canonical) -> pl.DataFrame:
    """Return machine, period, expected and got: readings due by the interval, and received."""
    start, end = observed(data)
    every, _ = period_of(end - start)
    counted = pl.col(list(plant.telemetry.sensors)).count()
    by_period = data.telemetry.group_by("machine", local(plant).dt.truncate(every).alias("period"))
    got = by_period.agg(pl.sum_horizontal(counted).alias("got"))
    due = _due(plant, data, every)
    shares = due.join(got, on=["machine", "period"], how="left", maintain_order="left")
    return shares.with_columns(pl.col("got").fill_null(0))


def _due(plant: Plant, data: Canonical, every: str) -> pl.DataFrame:
    """Count the readings that each machine owed between its first and its last."""
    interval, sensors = plant.telemetry.interval, len(plant.telemetry.sensors)
    last = (local(plant).max() + interval).alias("last")
    lived = data.telemetry.group_by("machine").agg(local(plant).min().alias("first"), last)
    periods = _periods(lived, every).rename("period").to_frame()
    from_, until = pl.col("period"), pl.col("period").dt.offset_by(every)
    present = pl.min_horizontal("last", until) - pl.max_horizontal("first", from_)
    expected = (present / interval * sensors).alias("expected")
    due = lived.join(periods, how="cross").select("machine", "period", expected)
    return due.filter(pl.col("expected") > 0).sort("machine", "period")


def _periods(lived: pl.DataFrame, every: str) -> pl.Series:
    first, last = lived.select(pl.col("first").min().dt.truncate(every), pl.col("last").max()).row(
        0
    )
    return pl.datetime_range(first, last, every, closed="left", eager=True)


@house_style
def missingness(plant: Plant, data: Canonical) -> Picture:
    """Colour the share of readings that are missing by machine and week or month."""
    start, end = observed(data)
    _, period = period_of(end - start)
    shares = missing_shares(plant, data).with_columns(_share())
    table = shares.pivot("period", index="machine", values="share", aggregate_function=None)
    machines, periods = in_order(table["machine"]), sorted(table.columns[1:])
    row = {machine: values for machine, *values in table.select("machine", *periods).iter_rows()}
    grid = np.array([row[machine] for machine in machines], dtype=np.float64) * 100
    figure, axes = canvas(height=1.6 + min(0.17 * len(machines), 5.0))
    top = max(1.0, float(np.nanmax(grid)))
    image = axes[0].imshow(grid, cmap=SEQUENTIAL, vmin=0, vmax=top, aspect="auto")
    figure.colorbar(image, ax=axes[0], label="missing readings (%)", fraction=0.04)
    step, wide = -(-len(machines) // _MAX_ROWS), -(-len(periods) // _MAX_COLUMNS)
    axes[0].set_yticks(range(0, len(machines), step), machines[::step], fontsize=7.5)
    axes[0].set_xticks(range(0, len(periods), wide), [p[:10] for p in periods[::wide]])
    axes[0].set(xlabel=f"{period} beginning", ylabel="machine")
    axes[0].grid(visible=False)
    return finish(
        figure, "missingness", _finding(shares, period), f"Heat map of machines by {period}s."
    )


def _share() -> pl.Expr:
    return (1 - pl.col("got") / pl.col("expected")).clip(0, 1).alias("share")


def _finding(shares: pl.DataFrame, period: str) -> str:
    total = float(shares.select(1 - pl.col("got").sum() / pl.col("expected").sum()).item())
    ranked = shares.sort("share", "machine", "period", descending=[True, False, False])
    worst = ranked.row(0, named=True)
    if worst["share"] <= 0:
        return "No reading is missing"
    return (
        f"{percent(max(total, 0.0))} of all readings are missing; most on machine "
        f"{worst['machine']} in {_named(worst['period'], period)} ({percent(worst['share'])})"
    )


def _named(beginning: datetime, period: str) -> str:
    return f"{beginning:%B %Y}" if period == "month" else f"the week of {beginning:%Y-%m-%d}"
