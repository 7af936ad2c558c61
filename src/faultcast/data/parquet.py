"""Parquet files with the same bytes for the same frame."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import polars as pl

_ROWS_A_GROUP = 256 * 1024


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as zstd-compressed Parquet.

    The bytes go through Python: Polars would report a full disk as a damaged file.

    Raises:
        OSError: the file could not be written.
    """
    buffer = BytesIO()
    frame.write_parquet(buffer, compression="zstd", row_group_size=_ROWS_A_GROUP)
    path.write_bytes(buffer.getbuffer())
