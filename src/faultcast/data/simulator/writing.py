"""Write the logs of a plant: one CSV file, a folder of monthly CSV files, or Parquet."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.simulator.logs import ARRIVAL


def write_telemetry(frame: pl.DataFrame, folder: Path, plant: Plant) -> None:
    """Write readings as they arrived; a path without a suffix is a folder of monthly CSV files."""
    source = plant.telemetry
    ordered = frame.sort(ARRIVAL, source.time, source.machine, maintain_order=True)
    if Path(source.path).suffix:
        write_table(ordered.drop(ARRIVAL), folder / source.path, plant)
        return
    month = pl.col(ARRIVAL).dt.convert_time_zone(plant.time_zone).dt.strftime("%Y-%m")
    for (name,), part in ordered.group_by(month, maintain_order=True):
        write_table(part.drop(ARRIVAL), folder / source.path / f"{name}.csv", plant)


def write_table(frame: pl.DataFrame, path: Path, plant: Plant) -> None:
    """Write a table; in CSV, times are local ones without an offset and NaN is an empty cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        frame.write_parquet(path, compression="zstd")
        return
    local = pl.selectors.datetime().dt.convert_time_zone(plant.time_zone)
    frame = frame.with_columns(local, pl.selectors.float().fill_nan(None))
    frame.write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")
