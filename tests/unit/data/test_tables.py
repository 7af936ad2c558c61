"""Canonical data, feature table and dataset on disk."""

from pathlib import Path

import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.data.canonical import read_canonical
from faultcast.data.tables import read_features, write_dataset, write_features
from faultcast.errors import StageNotRunError

TABLE = pl.DataFrame({"machine": ["a", "b"], "heat": [1.5, None]})


def test_a_written_feature_table_is_read_again(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_features(layout, "mill", TABLE)
    assert read_features(layout, "mill").equals(TABLE)


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for folder in ("one", "two"):
        write_features(Layout(tmp_path / folder), "mill", TABLE)
        written.append(
            (Layout(tmp_path / folder).features("mill") / "features.parquet").read_bytes()
        )
    assert written[0] == written[1]


def test_a_new_dataset_leaves_nothing_of_the_earlier_one(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_dataset(layout, "mill", {"train": TABLE, "holdout": TABLE})
    write_dataset(layout, "mill", {"train": TABLE, "test": TABLE})
    assert sorted(path.name for path in layout.dataset("mill").iterdir()) == [
        "test.parquet",
        "train.parquet",
    ]


def test_the_stage_that_writes_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(StageNotRunError, match=r"features\.parquet.*dvc repro features@mill"):
        read_features(Layout(tmp_path), "mill")


def test_the_stage_that_writes_missing_canonical_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(StageNotRunError, match=r"telemetry\.parquet.*dvc repro ingest@mill"):
        read_canonical(Layout(tmp_path), "mill")
