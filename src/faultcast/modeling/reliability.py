"""How true probabilities are: of the rows given 30 %, do 30 % fail?"""

from __future__ import annotations

import numpy as np
import polars as pl

from faultcast.modeling.estimators import Labels
from faultcast.modeling.intervals import Interval, clustered_interval
from faultcast.modeling.ranking import Probabilities

_BINS = 10


def reliability(
    probabilities: Probabilities, failing: Labels, machines: pl.Series | None = None
) -> pl.DataFrame:
    """Compare forecast with observed shares in ten bins of equal width.

    Args:
        probabilities: the forecasts [n].
        failing: whether each row fails [n].
        machines: the machine of each row [n], whose rows resemble each other; None: they do not.

    Returns:
        A row per bin that holds rows: forecast (their mean probability), observed (the share of
        them that fails), low and high (its interval of 95 %), rows.
    """
    bins = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    rows = pl.DataFrame(
        {
            "bin": bins,
            "forecast": probabilities,
            "observed": failing,
            "machine": np.arange(bins.size) if machines is None else machines,
        }
    )
    curve = [
        {
            "forecast": part["forecast"].mean(),
            "observed": part["observed"].mean(),
            **dict(zip(("low", "high"), _interval(part), strict=True)),
            "rows": part.height,
        }
        for part in rows.sort("bin", maintain_order=True).partition_by("bin", maintain_order=True)
    ]
    return pl.DataFrame(curve)


def _interval(rows: pl.DataFrame) -> Interval:
    machines = rows.group_by("machine", maintain_order=True).agg(
        pl.col("observed").sum().cast(pl.Float64), pl.len().cast(pl.Float64).alias("rows")
    )
    return clustered_interval(machines["observed"].to_numpy(), machines["rows"].to_numpy())


def expected_calibration_error(curve: pl.DataFrame) -> float:
    """Return the mean of `|forecast - observed|` over the rows of a reliability curve.

    Source: Naeini, Cooper and Hauskrecht (2015).
    """
    apart = (pl.col("forecast") - pl.col("observed")).abs()
    return float(curve.select((apart * pl.col("rows")).sum() / pl.sum("rows")).item())
