from pathlib import Path

import numpy as np
import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.errors import FeatureColumnsError, OneClassError, StageNotRunError
from faultcast.modeling.dataset import LabelledRows, describe_parts, read_dataset, read_part
from tests.unit.modeling.press import PLANT, SPEC, write_project


def change(layout: Layout, part: str, *changes: pl.Expr) -> None:
    path = layout.dataset("press") / f"{part}.parquet"
    pl.read_parquet(path).with_columns(*changes).write_parquet(path)


def test_failures_are_counted_by_runs_of_a_machines_rows() -> None:
    labels = {"a": [1, 1, 0, 1], "b": [1, 0, 0, 1, 1]}
    frame = pl.DataFrame(
        [(machine, bool(value)) for machine, values in labels.items() for value in values],
        schema=["machine", "label_pump"],
        orient="row",
    )
    assert LabelledRows(frame, []).failures("pump") == 4


def test_failures_of_the_test_part_are_not_handed_out(project: Layout) -> None:
    dataset = read_dataset(project, PLANT)
    end = dataset.validation.frame["time"].max() + PLANT.horizon
    assert dataset.failures["time"].max() <= end
    events = pl.read_parquet(project.canonical("press") / "events.parquet")
    assert events["time"].max() > end


def test_missing_dataset_names_the_stage_that_writes_it(tmp_path: Path) -> None:
    layout = write_project(tmp_path)
    (layout.dataset("press") / "validation.parquet").unlink()
    with pytest.raises(StageNotRunError, match=r"validation\.parquet.*dvc repro dataset@press"):
        read_dataset(layout, PLANT)


@pytest.mark.parametrize("failures", [0, 1])
def test_component_that_hardly_fails_in_training_is_refused_with_its_counts(
    tmp_path: Path, failures: int
) -> None:
    layout = write_project(tmp_path)
    first = pl.int_range(pl.len()) < 7 * failures
    change(layout, "train", first.alias("label_belt"))
    with pytest.raises(
        OneClassError,
        match=rf"plant press, component belt: .*{7 * failures} of them.*{failures} fail",
    ):
        read_dataset(layout, PLANT)


def test_component_that_always_fails_in_training_is_refused(tmp_path: Path) -> None:
    layout = write_project(tmp_path)
    change(layout, "train", pl.lit(True).alias("label_belt"))
    with pytest.raises(OneClassError, match="component belt"):
        read_dataset(layout, PLANT)


def test_dataset_of_other_features_is_refused_with_the_missing_columns(tmp_path: Path) -> None:
    layout = write_project(tmp_path)
    path = layout.dataset("press") / "train.parquet"
    pl.read_parquet(path).drop("heat_mean_12h").write_parquet(path)
    with pytest.raises(FeatureColumnsError, match="heat_mean_12h"):
        _ = read_part(layout, PLANT, "train").features


def test_missing_values_are_nan_in_the_order_of_the_models_input(project: Layout) -> None:
    rows = read_part(project, PLANT, "train")
    column = rows.features[:, SPEC.names.index("heat_last")]
    assert rows.features.dtype == np.float32
    assert np.isnan(column).sum() == rows.frame["heat_last"].null_count() > 0


def test_hash_of_a_part_changes_with_its_bytes(tmp_path: Path) -> None:
    layout = write_project(tmp_path)
    before = describe_parts(layout, "press")
    change(layout, "test", pl.col("heat_last") + 1)
    after = describe_parts(layout, "press")
    assert before.train == after.train
    assert before.test.rows == after.test.rows
    assert before.test.sha256 != after.test.sha256
