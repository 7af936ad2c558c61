"""The parts of a plant's dataset: rows, features as a matrix, labels."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from faultcast.config.layout import Layout
from faultcast.config.plant import Plant
from faultcast.data.canonical import read_canonical
from faultcast.errors import OneClassError, StageNotRunError
from faultcast.features.labels import label_name
from faultcast.features.spec import FeatureSpec
from faultcast.modeling.estimators import Labels
from faultcast.scoring.manifest import MACHINE, Part, Provenance
from faultcast.scoring.session import Matrix, feature_matrix

_FEWEST_FAILURES = 2


@dataclass(frozen=True)
class LabelledRows:
    """Rows with features and labels, sorted by machine and time.

    Args:
        frame: machine, time, the features and `label_<component>`, `label_machine`.
        names: the features, in the order of the model's input.
    """

    frame: pl.DataFrame
    names: Sequence[str]

    @cached_property
    def features(self) -> Matrix:
        """The model's input [rows, names], missing is NaN."""
        return feature_matrix(self.frame, self.names)

    def medians(self) -> list[float | None]:
        """Return each feature's median, null where it has no value."""
        medians = self.frame.select(pl.col(self.names).fill_nan(None).median())
        return [None if value is None else float(np.float32(value)) for value in medians.row(0)]

    @cached_property
    def machines(self) -> npt.NDArray[np.int64]:
        """The number of each row's machine [n], counted as they come."""
        return self.frame["machine"].rank("dense").cast(pl.Int64).to_numpy()

    def failing(self, target: str, horizon: timedelta | None = None) -> Labels:
        """Tell for each row whether a component, or the machine, fails within a horizon.

        Args:
            target: the component, or `machine`.
            horizon: a further horizon that all rows have labels of; None: the main one.
        """
        labels = self.frame[label_name(target, horizon)]
        assert not labels.null_count(), f"{labels.name}: take rows where it is known"
        return np.asarray(labels.to_numpy(), dtype=np.bool_)

    def known(self, horizon: timedelta) -> LabelledRows:
        """Return the rows that have labels of a further horizon: it ends before the records do."""
        return self.where(self.frame[label_name(MACHINE, horizon)].is_not_null().to_numpy())

    def where(self, chosen: Labels) -> LabelledRows:
        """Return the chosen rows."""
        rows = LabelledRows(self.frame.filter(chosen), self.names)
        vars(rows)["features"] = self.features[chosen]  # not read from the frame again
        return rows

    def failures(self, component: str) -> int:
        """Count the failures that the rows lead to."""
        return self.runs(self.failing(component))

    def runs(self, failing: Labels) -> int:
        """Count runs of failing rows [n] of a machine: rows before one failure are a run."""
        label = pl.Series("label", failing)
        begins = pl.col("label") & ~pl.col("label").shift(1, fill_value=False).over("machine")
        return int(self.frame.select("machine", label).select(begins.sum()).item())


@dataclass(frozen=True)
class Dataset:
    """What a model learns from: the test part is not among it.

    `failures` (machine, time, component) end where validation's labels do. `unlabelled` are the
    features of the test part [n, features], without labels: for comparing a model with its export.
    """

    train: LabelledRows
    validation: LabelledRows
    failures: pl.DataFrame
    unlabelled: Matrix


def read_dataset(layout: Layout, plant: Plant) -> Dataset:
    """Read the training and the validation part of a plant's dataset, and its failures.

    Raises:
        StageNotRunError: a file is not there yet.
        FeatureColumnsError: a feature is missing from a part.
        OneClassError: a component fails less than twice in the training part.
    """
    train, validation = (read_part(layout, plant, part) for part in ("train", "validation"))
    _check_learnable(train, plant)
    until = validation.frame.select(pl.col("time").max() + plant.horizon).item()
    failures = read_canonical(layout, plant.name).failures.filter(pl.col("time") <= until)
    names = FeatureSpec.from_plant(plant).names
    test = pl.read_parquet(_part_path(layout, plant.name, "test"), columns=list(names))
    return Dataset(train, validation, failures, feature_matrix(test, names))


def read_part(layout: Layout, plant: Plant, part: str) -> LabelledRows:
    """Read a part of a plant's dataset: train, validation or test.

    Raises:
        StageNotRunError: it is not there yet.
        FeatureColumnsError: a feature is missing from it.
    """
    names = FeatureSpec.from_plant(plant).names
    return LabelledRows(pl.read_parquet(_part_path(layout, plant.name, part)), names)


def describe_parts(layout: Layout, plant: str) -> Provenance:
    """Count the rows of each part and hash its file, for the manifest."""
    return Provenance(
        **{part: describe_part(_part_path(layout, plant, part)) for part in Provenance.model_fields}
    )


def describe_part(path: Path) -> Part:
    """Count a file's rows and hash it."""
    rows = pl.scan_parquet(path).select(pl.len()).collect().item()
    with path.open("rb") as file:
        return Part(rows=rows, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def _part_path(layout: Layout, plant: str, part: str) -> Path:
    path = layout.dataset(plant) / f"{part}.parquet"
    if not path.is_file():
        raise StageNotRunError(path, f"dataset@{plant}")
    return path


def _check_learnable(train: LabelledRows, plant: Plant) -> None:
    rows = train.frame.height
    for component in plant.components:
        positives = int(np.count_nonzero(train.failing(component)))
        failures = train.failures(component)
        if failures < _FEWEST_FAILURES or positives == rows:
            raise OneClassError(plant.name, component, rows, positives, failures)
