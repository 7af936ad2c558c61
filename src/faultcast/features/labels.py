"""Labels look strictly ahead: does a component fail in (t, t + horizon]?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from faultcast.config.duration import horizon_name

_KEYS = ("machine", "time")


def add_labels(
    rows: pl.LazyFrame,
    events: pl.LazyFrame,
    components: Sequence[str],
    horizon: timedelta,
    until: datetime,
    further: Sequence[timedelta] = (),
) -> pl.LazyFrame:
    """Add `label_<component>` and `label_machine` (any component) to rows (machine, t).

    Args:
        rows: at least `machine` and `time`, sorted by machine and time.
        events: canonical events.
        components: the components that fail.
        horizon: how far ahead a label looks.
        until: the end of the records; a row whose horizon reaches past it has null labels.
        further: other horizons; their labels are named `label_<component>_<horizon>`.
    """
    failures = events.filter(pl.col("kind") == "failure").sort(_KEYS)
    for component in components:
        coming = failures.filter(pl.col("code") == component).select(
            *_KEYS, pl.col("time").alias(_fails(component))
        )
        rows = rows.join_asof(
            coming,
            on="time",
            by="machine",
            strategy="forward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
    labels = [
        label
        for each in (None, *further)
        for label in _labels(components, each or horizon, until, each)
    ]
    return rows.with_columns(labels).drop(_fails(component) for component in components)


def label_name(target: str, horizon: timedelta | None = None) -> str:
    """Name the label of a component or the machine; a horizon other than the main one is named."""
    return f"label_{horizon_name(target, horizon) if horizon else target}"


def _labels(
    components: Sequence[str], horizon: timedelta, until: datetime, named: timedelta | None
) -> list[pl.Expr]:
    known = pl.col("time") + horizon <= until
    within = {
        component: (pl.col(_fails(component)) - pl.col("time") <= horizon).fill_null(False)
        for component in components
    }
    within["machine"] = pl.any_horizontal(list(within.values()))
    return [
        pl.when(known).then(fails).alias(label_name(target, named))
        for target, fails in within.items()
    ]


def _fails(component: str) -> str:
    return f"_{component}_fails"
