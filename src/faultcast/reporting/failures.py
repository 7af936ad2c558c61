"""Figure of the failures: which component failed when."""

from __future__ import annotations

import numpy as np
import polars as pl
from matplotlib.ticker import MaxNLocator

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.reporting.clock import local, period_of
from faultcast.reporting.overview import machine_months, observed
from faultcast.reporting.picture import Picture, canvas, finish, house_style
from faultcast.reporting.style import colours_of, date_axis
from faultcast.reporting.wording import count, number, span, worded


@house_style
def failures_over_time(plant: Plant, data: Canonical) -> Picture:
    """Stack the failures of each component by week or month."""
    start, end = observed(data)
    every, period = period_of(end - start)
    table = _per_period(plant, data, every)
    figure, axes = canvas(height=3.2)
    bottom = np.zeros(table.height)
    width = 6.0 if period == "week" else 25.0
    for component, colour in colours_of(plant.components).items():
        heights = table[component].to_numpy()
        label = f"{worded(component)} ({heights.sum()})"
        axes[0].bar(
            table["time"].to_numpy(),
            heights,
            width,
            bottom,
            color=colour,
            label=label,
            align="edge",
        )
        bottom = bottom + heights
    axes[0].set(ylabel=f"failures per {period}", xlabel=f"{period} beginning")
    axes[0].yaxis.set_major_locator(MaxNLocator(integer=True))
    date_axis(axes[0])
    axes[0].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return finish(
        figure,
        "failures_over_time",
        _rate(data),
        f"Bars of failures per {period}, stacked by component.",
    )


def _per_period(plant: Plant, data: Canonical, every: str) -> pl.DataFrame:
    start, end = observed(data)
    edges = pl.DataFrame({"time": [start, end]}).select(local(plant).dt.truncate(every))["time"]
    periods = pl.datetime_range(edges[0], edges[1], every, eager=True).alias("time").to_frame()
    for component in plant.components:
        failed = data.failures.filter(component=component)
        counted = failed.group_by(local(plant).dt.truncate(every)).agg(
            pl.len().cast(pl.Int64).alias(component)
        )
        periods = periods.join(counted, on="time", how="left", maintain_order="left")
    return periods.fill_null(0)


def _rate(data: Canonical) -> str:
    start, end = observed(data)
    each = (
        data.failures["component"]
        .value_counts(sort=True)
        .sort("count", "component", descending=[True, False])
    )
    if not each.height:
        return f"No failure in {span(end - start)}"
    top, most = each.row(0)
    total = data.failures.height
    rate = number(total / machine_months(data))
    return (
        f"{count(total, 'failure')} in {span(end - start)}, {rate} per machine-month; "
        f"{worded(top)} fails most often ({most} of {total})"
    )
