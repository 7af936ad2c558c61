"""What people found at machines, beside the forecasts that sent them there."""

from __future__ import annotations

import polars as pl

from faultcast.config.plant import Plant
from faultcast.reporting.clock import local
from faultcast.reporting.tables import Table
from faultcast.reporting.wording import count, listing, percent

_LISTED = 20
_ALARM = pl.col("probability") >= pl.col("threshold")
_IN_VAIN = "false alarm"


def feedback_table(plant: Plant, feedback: pl.DataFrame) -> Table:
    """List what planners marked, newest first.

    Args:
        plant: the plant.
        feedback: from `read_feedback`.
    """
    frame = feedback.head(_LISTED).select(
        local(plant).dt.strftime("%Y-%m-%d %H:%M").alias("Marked at"),
        pl.col("machine").alias("Machine"),
        pl.col("mark").alias("As"),
        pl.col("component").str.replace_all("_", " ", literal=True).alias("Component"),
        pl.col("probability").alias("Forecast"),
        pl.when(_ALARM).then(pl.lit("alarm")).otherwise(pl.lit("")).alias("State"),
        pl.col("note").alias("Note"),
    )
    return Table(frame, _caption(plant, feedback), {"Forecast": percent}, {"Forecast": 1.0})


def _caption(plant: Plant, feedback: pl.DataFrame) -> str:
    if feedback.is_empty():
        return (
            "No feedback yet. What planners mark on the board comes here with: faultcast feedback "
            f"export {plant.name}"
        )
    tally = feedback.group_by("mark").len().sort("len", "mark", descending=[True, False])
    marks = listing([f"{number} {mark}" for mark, number in tally.rows()])
    alarms = feedback.filter(_ALARM)
    vain = alarms.filter(mark=_IN_VAIN).height
    told = f"{count(feedback.height, 'visit')} marked: {marks}"
    return f"{told}; after {count(alarms.height, 'alarm')}, {vain or 'none'} of them in vain"
