"""One clock for all machines of a plant: their times in a row, a long pause between two machines.

A single sorted column of whole numbers joins and rolls several times faster than a group a machine.
The pause is longer than any window, so that no window reaches into another machine's readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import polars as pl


def one_clock(
    rows: pl.LazyFrame, frames: Sequence[pl.LazyFrame], longest: timedelta
) -> list[pl.DataFrame]:
    """Add the column `clock` (Int64, microseconds) to rows and to the frames that describe them.

    Args:
        rows: `machine`, `time`; their machines are the ones that count.
        frames: frames with `machine` and `time`; other machines' rows are left out.
        longest: the longest window that will be looked at.

    Returns:
        The rows and the frames, each sorted by the clock.
    """
    collected = pl.collect_all([rows, *frames])
    machines = pl.Enum(collected[0]["machine"].unique().sort())
    stretch = _span(collected) + 2 * microseconds(longest)
    index = pl.col("machine").cast(machines, strict=False).to_physical().cast(pl.Int64)
    clock = pl.col("time").dt.epoch("us") + index * stretch
    return [
        _sorted(frame.with_columns(clock.alias("clock")).drop_nulls("clock")) for frame in collected
    ]


def microseconds(duration: timedelta) -> int:
    """Return a duration in the clock's unit."""
    return duration // timedelta(microseconds=1)


def _span(frames: Sequence[pl.DataFrame]) -> int:
    moments = pl.concat([frame["time"] for frame in frames]).dt.epoch("us").to_numpy()
    return int(np.ptp(moments)) if moments.size else 0


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    in_order = frame if frame["clock"].is_sorted() else frame.sort("clock", maintain_order=True)
    return in_order.with_columns(pl.col("clock").set_sorted())
