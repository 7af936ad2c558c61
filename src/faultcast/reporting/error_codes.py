"""Figure of the error messages: which of them precede failures more often than by chance."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.reporting.overview import MONTH, machine_months
from faultcast.reporting.picture import Picture, blank, canvas, finish, house_style
from faultcast.reporting.style import CHANCE, INK, colours_of
from faultcast.reporting.wording import listing, percent, sentence, worded


def codes_before_failures(plant: Plant, data: Canonical) -> pl.DataFrame:
    """Return how often each error code stands in the horizon before a failure.

    Columns: code, chance (share of machine time with the code that recent) and, for each
    component, the share of its failures with the code in [t - horizon, t).
    """
    codes = plant.errors.codes if plant.errors else ()
    total = machine_months(data) * MONTH
    rows = []
    for code in codes:
        stamps = (
            data.of_kind("error")
            .filter(code=code)
            .select("machine", "time")
            .sort("machine", "time")
        )
        shares = {
            c: _preceded(plant, data.failures.filter(component=c), stamps) for c in plant.components
        }
        rows.append({"code": code, "chance": _covered(plant, stamps) / total, **shares})
    schema = {
        "code": pl.String,
        "chance": pl.Float64,
        **dict.fromkeys(plant.components, pl.Float64),
    }
    return pl.DataFrame(rows, schema=schema)


def _preceded(plant: Plant, failures: pl.DataFrame, stamps: pl.DataFrame) -> float | None:
    earlier = failures.sort("machine", "time").join_asof(
        stamps.with_columns(pl.col("time").alias("seen")),
        on="time",
        by="machine",
        tolerance=plant.horizon,
        allow_exact_matches=False,
        check_sortedness=False,
    )
    return 1 - earlier["seen"].null_count() / earlier.height if earlier.height else None


def _covered(plant: Plant, stamps: pl.DataFrame) -> timedelta:
    until_next = stamps.select(
        (pl.col("time").shift(-1) - pl.col("time")).over("machine")
    ).to_series()
    capped = (
        until_next.fill_null(plant.horizon)
        .dt.total_microseconds()
        .clip(upper_bound=plant.horizon // timedelta(microseconds=1))
    )
    return timedelta(microseconds=int(capped.sum()))


@house_style
def messages(plant: Plant, data: Canonical) -> Picture:
    """Compare how often error codes precede failures with what chance alone would do."""
    table = codes_before_failures(plant, data)
    if table.is_empty():
        figure, axes = canvas(height=0.5)
        blank(axes)
        return finish(figure, "messages", "This plant keeps no log of error messages", "No data.")
    figure, axes = canvas(height=1.5 + 0.42 * table.height)
    place, rows = axes[0], np.arange(table.height)
    place.plot(
        table["chance"].to_numpy() * 100, rows, "|", color=CHANCE, ms=16, mew=3, label="by chance"
    )
    for component, colour in colours_of(plant.components).items():
        shares = table[component].to_numpy().astype(float) * 100
        place.plot(shares, rows, "o", color=colour, ms=8, mec="white", label=worded(component))
    place.set(xlim=(-2, 102), yticks=rows, ylim=(table.height - 0.5, -0.5))
    place.set_yticklabels([worded(code) for code in table["code"]], color=INK)
    place.set_xlabel(
        f"failures with the message in the {plant.horizon / timedelta(hours=1):.0f} h before (%)"
    )
    place.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return finish(
        figure,
        "messages",
        _telling(plant, table),
        "Dots: share of failures that an error code precedes.",
    )


def _telling(plant: Plant, table: pl.DataFrame) -> str:
    long = table.unpivot(
        list(plant.components), index=["code", "chance"], variable_name="component"
    )
    long = long.drop_nulls("value").with_columns((pl.col("value") - pl.col("chance")).alias("gain"))
    if not long.height:
        return "No error messages are recorded"
    top = long.sort("gain", "code", "component", descending=[True, False, False]).row(0, named=True)
    silent = [worded(c) for c in plant.components if _silent(long.filter(component=c))]
    rest = f"; nothing announces {listing(silent)}" if silent else ""
    return sentence(
        f"{worded(top['code'])} precedes {percent(top['value'])} of "
        f"{worded(top['component'])} failures, "
        f"chance alone would put it before {percent(top['chance'])}{rest}"
    )


def _silent(rows: pl.DataFrame) -> bool:
    return rows.filter((pl.col("value") > 2 * pl.col("chance")) & (pl.col("gain") > 0.1)).is_empty()
