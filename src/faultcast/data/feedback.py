"""What planners marked on the board, with the forecast that they saw: a small table of a plant."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from faultcast.config.layout import Layout
from faultcast.errors import UnreadableFileError, Violation
from faultcast.files import replacing

_CLOCK = pl.Datetime("us", "UTC")
SCHEMA: dict[str, pl.DataType] = {
    "time": _CLOCK,
    "machine": pl.String(),
    "component": pl.String(),
    "mark": pl.String(),
    "note": pl.String(),
    "forecast_time": _CLOCK,
    "version": pl.String(),
    "probability": pl.Float64(),
    "threshold": pl.Float64(),
    "request_id": pl.String(),
}
_KEY = ["time", "machine", "mark"]


def read_feedback(layout: Layout, plant: str) -> pl.DataFrame:
    """Read a plant's feedback, newest first; without a file there is none.

    Returns:
        The columns of `SCHEMA`: when a machine was marked, as what, and the newest forecast of
        before; null where there was none.

    Raises:
        UnreadableFileError: the file is damaged.
    """
    path = layout.feedback(plant)
    if not path.is_file():
        return pl.DataFrame(schema=SCHEMA)
    try:
        read = {name: pl.String() if kind == _CLOCK else kind for name, kind in SCHEMA.items()}
        table = pl.read_csv(path, schema=read)
        clocks = pl.col("time", "forecast_time").str.to_datetime(time_unit="us", time_zone="UTC")
        return table.with_columns(clocks).sort("time", "machine", descending=[True, False])
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as fault:
        raise UnreadableFileError([_damaged(layout, path, plant, fault)]) from None


def add_feedback(layout: Layout, plant: str, marks: pl.DataFrame) -> int:
    """Add to a plant's feedback what is not in its file yet; what is there stays as it is.

    Args:
        layout: the project.
        plant: the plant's name.
        marks: the columns of `SCHEMA`.

    Returns:
        how many marks are new; with none, the file is not touched.

    Raises:
        UnreadableFileError: the file is damaged.
        DiskError: it could not be written; the earlier one is untouched.
    """
    known = read_feedback(layout, plant)
    new = marks.join(known, on=_KEY, how="anti")
    if new.height:
        with replacing(layout.feedback(plant)) as draft:
            every = pl.concat([known, new]).sort("time", "machine")
            every.write_csv(draft, datetime_format="%Y-%m-%dT%H:%M:%S%.6f%:z")
    return new.height


def _damaged(layout: Layout, path: Path, plant: str, fault: Exception) -> Violation:
    problem = f"no feedback can be read: {str(fault).splitlines()[0]}"
    remedy = f"Write it again: faultcast feedback export {plant}"
    return Violation(path.relative_to(layout.root), problem, remedy)
