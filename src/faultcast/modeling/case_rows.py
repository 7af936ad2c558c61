"""The rows of a case's dataset, as scikit-learn and the exported model read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
import polars.selectors as cs

from faultcast.config.case import TARGET, Case
from faultcast.config.layout import Layout
from faultcast.errors import StageNotRunError
from faultcast.modeling.dataset import describe_part
from faultcast.scoring.case_manifest import CaseProvenance

DATASET_STAGE = "case_dataset"

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CaseRows:
    """Rows of a case: its columns, and `target`, the place of each row's class."""

    frame: pl.DataFrame

    @cached_property
    def inputs(self) -> pl.DataFrame:
        """The columns without the target: a missing number is NaN, a missing category empty."""
        return self.frame.drop(TARGET).with_columns(
            cs.numeric().fill_null(float("nan")), cs.string().fill_null("")
        )

    @cached_property
    def classes(self) -> Places:
        """The place of each row's class among the target's."""
        return self.frame[TARGET].to_numpy().astype(np.int64)


def read_case_part(layout: Layout, case: Case, part: str) -> CaseRows:
    """Read a part of a case's dataset: train or test.

    Raises:
        StageNotRunError: it is not there yet.
    """
    path = layout.dataset(case.name) / f"{part}.parquet"
    if not path.is_file():
        raise StageNotRunError(path, f"{DATASET_STAGE}@{case.name}")
    return CaseRows(pl.read_parquet(path))


def describe_case_parts(layout: Layout, case: str) -> CaseProvenance:
    """Count the rows of each part and hash its file, for the manifest."""
    folder = layout.dataset(case)
    return CaseProvenance(
        **{part: describe_part(folder / f"{part}.parquet") for part in CaseProvenance.model_fields}
    )
