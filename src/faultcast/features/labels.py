"""Labels look strictly ahead: does a component fail in (t, t + horizon]?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

_KEYS = ("machine", "time")


def add_labels(
    rows: pl.LazyFrame,
    events: pl.LazyFrame,
    components: Sequence[str],
    horizon: timedelta,
    until: datetime,
) -> pl.LazyFrame:
    """Add `label_<component>` and `label_machine` (any component) to rows (machine, t).

    Args:
        rows: at least `machine` and `time`, sorted by machine and time.
        events: canonical events.
        components: the components that fail.
        horizon: how far ahead a label looks.
        until: the end of the records; a row whose horizon reaches past it has null labels.
    """
    failures = events.filter(pl.col("kind") == "failure").sort(_KEYS)
    for component in components:
        coming = failures.filter(pl.col("code") == component).select(
            *_KEYS, pl.col("time").alias("_fails")
        )
        rows = rows.join_asof(
            coming,
            on="time",
            by="machine",
            strategy="forward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        fails = (pl.col("_fails") - pl.col("time") <= horizon).fill_null(False)
        rows = rows.with_columns(fails.alias(f"label_{component}")).drop("_fails")
    labels = [f"label_{component}" for component in components]
    known = pl.col("time") + horizon <= until
    return rows.with_columns(pl.any_horizontal(labels).alias("label_machine")).with_columns(
        pl.when(known).then(pl.col(label)).alias(label) for label in (*labels, "label_machine")
    )
