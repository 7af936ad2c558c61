"""How true probabilities are: of the rows given 30 %, do 30 % fail?"""

from __future__ import annotations

import numpy as np
import polars as pl

from faultcast.modeling.estimators import Labels
from faultcast.modeling.ranking import Probabilities

_BINS = 10


def reliability(probabilities: Probabilities, failing: Labels) -> pl.DataFrame:
    """Compare forecast with observed shares in ten bins of equal width.

    Returns:
        A row per bin that holds rows: forecast (their mean probability), observed (the share of
        them that fails), rows.
    """
    bins = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    rows = pl.DataFrame({"bin": bins, "forecast": probabilities, "observed": failing})
    return (
        rows.group_by("bin")
        .agg(pl.mean("forecast"), pl.mean("observed"), pl.len().cast(pl.Int64).alias("rows"))
        .sort("bin")
        .drop("bin")
    )


def expected_calibration_error(curve: pl.DataFrame) -> float:
    """Return the mean of `|forecast - observed|` over the rows of a reliability curve.

    Source: Naeini, Cooper and Hauskrecht (2015).
    """
    apart = (pl.col("forecast") - pl.col("observed")).abs()
    return float(curve.select((apart * pl.col("rows")).sum() / pl.sum("rows")).item())
