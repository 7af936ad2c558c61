"""Write a plant's tables: a CSV file, a folder of monthly CSV files, or Parquet."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import polars.selectors as cs

from faultcast.config.plant import Plant
from faultcast.data.simulator.logs import ARRIVAL


def write_telemetry(telemetry: pl.DataFrame, folder: Path, plant: Plant) -> None:
    """Write readings in the order in which they arrived.

    A path without a suffix is a folder with a CSV file for each local month of arrival.
    """
    source = plant.telemetry
    arrived = telemetry.sort(ARRIVAL, source.time, source.machine, maintain_order=True)
    if Path(source.path).suffix:
        write_table(arrived.drop(ARRIVAL), folder / source.path, plant)
        return
    month = pl.col(ARRIVAL).dt.convert_time_zone(plant.time_zone).dt.strftime("%Y-%m")
    for (name,), rows in arrived.group_by(month, maintain_order=True):
        write_table(rows.drop(ARRIVAL), folder / source.path / f"{name}.csv", plant)


def write_table(table: pl.DataFrame, path: Path, plant: Plant) -> None:
    """Write a table by its suffix.

    Parquet keeps instants in UTC and NaN; CSV has local times without an offset and empty cells.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        table.write_parquet(path, compression="zstd")
        return
    local = cs.datetime().dt.convert_time_zone(plant.time_zone)
    text = table.with_columns(local, cs.float().fill_nan(None))
    text.write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")
