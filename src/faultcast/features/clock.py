"""One clock for all machines of a plant: their times in a row, a long pause between two machines.

A single sorted column of whole numbers joins and rolls several times faster than a group a machine.
The pause is longer than any window, so that no window reaches into another machine's readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import polars as pl


def one_clock(
    rows: pl.LazyFrame, frames: Sequence[pl.LazyFrame], longest: timedelta
) -> list[pl.LazyFrame]:
    """Add the column `clock` (Int64, microseconds) to rows and to the frames that describe them.

    Args:
        rows: `machine`, `time`; their machines are the ones that count.
        frames: frames with `machine` and `time`; other machines' rows are left out.
        longest: the longest window that will be looked at.

    Returns:
        The rows and the frames, each sorted by the clock.
    """
    times = pl.concat([frame.select("time") for frame in (rows, *frames)])
    first, last = (
        times.select(pl.min("time").alias("first"), pl.max("time").alias("last")).collect().row(0)
    )
    stretch = microseconds((last - first) + 2 * longest) if first else 0
    machines = rows.select("machine").unique().sort("machine")
    starts = machines.with_row_index("_start").with_columns(
        pl.col("_start").cast(pl.Int64) * stretch
    )
    return [
        frame.join(starts, on="machine", how="inner", maintain_order="left")
        .with_columns((pl.col("time").dt.epoch("us") + pl.col("_start")).alias("clock"))
        .drop("_start")
        .sort("clock")
        for frame in (rows, *frames)
    ]


def microseconds(duration: timedelta) -> int:
    """Return a duration in the clock's unit."""
    return duration // timedelta(microseconds=1)
