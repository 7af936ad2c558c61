"""The feature table and the dataset on disk: Parquet files, one folder a stage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from faultcast.config.layout import Layout
from faultcast.data.parquet import write_parquet
from faultcast.errors import StageNotRunError
from faultcast.files import replacing_folder


def write_features(layout: Layout, plant: str, table: pl.DataFrame, output: str = "") -> None:
    """Write a plant's feature table into its folder, or into another one of the project.

    Raises:
        DiskError: it could not be written; an earlier one is untouched.
    """
    _write(layout.root / output if output else layout.features(plant), {"features": table})


def read_features(layout: Layout, plant: str) -> pl.DataFrame:
    """Read a plant's feature table.

    Raises:
        StageNotRunError: 02_features has not written it yet.
    """
    return _read(layout.features(plant) / "features.parquet", f"features@{plant}")


def write_dataset(
    layout: Layout, plant: str, parts: Mapping[str, pl.DataFrame], output: str = ""
) -> None:
    """Write train, validation and test into the plant's folder, or into another of the project.

    Raises:
        DiskError: they could not be written; earlier ones are untouched.
    """
    _write(layout.root / output if output else layout.dataset(plant), parts)


def _write(folder: Path, frames: Mapping[str, pl.DataFrame]) -> None:
    with replacing_folder(folder) as draft:
        for name, frame in frames.items():
            write_parquet(frame, draft / f"{name}.parquet")


def _read(path: Path, stage: str) -> pl.DataFrame:
    if not path.is_file():
        raise StageNotRunError(path, stage)
    return pl.read_parquet(path)
