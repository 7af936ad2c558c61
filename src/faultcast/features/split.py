"""Split by time: training, then validation, then test, with nothing shared between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from faultcast.config.plant import Plant, Split
from faultcast.errors import SplitError
from faultcast.features.spec import FeatureSpec


@dataclass(frozen=True)
class Parts:
    """The three parts of a feature table, and where they begin."""

    train: pl.DataFrame
    validation: pl.DataFrame
    test: pl.DataFrame
    validation_start: datetime
    test_start: datetime
    embargo: timedelta

    def items(self) -> tuple[tuple[str, pl.DataFrame], ...]:
        """Return the parts with their names, earliest first."""
        return (("train", self.train), ("validation", self.validation), ("test", self.test))


def embargo(plant: Plant) -> timedelta:
    """Return the time to leave out between parts: longest horizon + oldest reading of a row."""
    return plant.longest_horizon + FeatureSpec.from_plant(plant).history


def split_by_time(table: pl.DataFrame, split: Split, gap: timedelta) -> Parts:
    """Cut a feature table at two moments, leaving out `gap` before each and unlabelled rows.

    Raises:
        SplitError: a part lacks rows of one class.
    """
    labelled = table.filter(pl.col("label_machine").is_not_null())
    if labelled.is_empty():
        raise SplitError("training", 0, 0)
    first, last = labelled["time"].min(), labelled["time"].max()
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    test_start = last - (last - first) * split.test
    validation_start = test_start - (last - first) * split.validation
    train_end = validation_start - gap
    train_start = first + (train_end - first) * (1 - split.training)
    time = pl.col("time")
    parts = Parts(
        train=labelled.filter(time >= train_start, time < train_end),
        validation=labelled.filter(time >= validation_start, time < test_start - gap),
        test=labelled.filter(time >= test_start),
        validation_start=validation_start,
        test_start=test_start,
        embargo=gap,
    )
    for name, part in parts.items():
        positives = int(part["label_machine"].sum())
        if positives in (0, part.height):
            raise SplitError(name, part.height, positives)
    return parts
