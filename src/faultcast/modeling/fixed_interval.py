"""Maintenance at a fixed age: each component is replaced when it has run for so many days.

Which age is best follows from how long components live: in the long run one costs
(planned * S(T) + unplanned * (1 - S(T))) / (integral of S from 0 to T) a day, where S is the share
that lives longer (Barlow and Proschan 1965). S is estimated from lives of which some began before
the period and some outlast it (Nelson 1972, Aalen 1978).
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl

from faultcast.config.plant import Prices
from faultcast.modeling.costs import Bill

_MICROSECONDS = 86_400_000_000
_STEPS_A_DAY = 4

Period = tuple[datetime, datetime]


def lives(events: pl.DataFrame, component: str, period: Period) -> pl.DataFrame:
    """Return the lives of a component that reach into a period.

    Args:
        events: machine, time, kind and code.
        component: the code of its failures and replacements.
        period: its first and last moment.

    Returns:
        enter and exit (the ages in days between which it was watched), failed and planned (how it
        ended within the period; neither: it lives on). Lives of unknown beginning are left out.
    """
    first, last = (pl.lit(moment) for moment in period)
    replaced = pl.col("kind").is_in(["failure", "maintenance"]) & (pl.col("code") == component)
    renewals = (
        events.filter(replaced)
        .group_by("machine", "time")
        .agg((pl.col("kind") == "failure").any().alias("failed"))
        .sort("machine", "time")
    )
    following = renewals.select(
        pl.col("time").alias("began"),
        pl.col("time").shift(-1).over("machine").alias("ended"),
        pl.col("failed").shift(-1).over("machine"),
    )
    watched = following.filter(
        pl.col("began") < last, (pl.col("ended") > first).fill_null(value=True)
    )
    ends = (pl.col("ended") <= last).fill_null(value=False)
    return watched.select(
        _days(pl.max_horizontal("began", first) - pl.col("began")).alias("enter"),
        _days(pl.min_horizontal("ended", last) - pl.col("began")).alias("exit"),
        (ends & pl.col("failed")).alias("failed"),
        (ends & ~pl.col("failed")).alias("planned"),
    )


def _days(length: pl.Expr) -> pl.Expr:
    return length.dt.total_microseconds() / _MICROSECONDS


def best_age(watched: pl.DataFrame, costs: Prices) -> int | None:
    """Return the age in whole days at which replacing is cheapest; None: it never pays."""
    exposure = float((watched["exit"] - watched["enter"]).sum())
    if not watched["failed"].any():
        return None
    as_it_was = int(watched["failed"].sum()) * costs.unplanned_failure / exposure
    oldest = int(watched["exit"].max() or 0)  # type: ignore[arg-type]
    price = {age: replaced_at(watched, age).cost(costs) / exposure for age in range(1, oldest + 1)}
    cheapest = min(price, key=lambda age: (price[age], age), default=0)
    return cheapest if price and price[cheapest] < as_it_was else None


def replaced_at(watched: pl.DataFrame, age: int) -> Bill:
    """Return what is to be expected in the time watched if components are replaced at an age."""
    exposure = float((watched["exit"] - watched["enter"]).sum())
    ages = np.linspace(0, age, age * _STEPS_A_DAY + 1)
    living = _living(watched, ages)
    cycles = exposure / float(np.trapezoid(living, ages))
    return Bill(cycles * float(1 - living[-1]), cycles * float(living[-1]))


def _living(watched: pl.DataFrame, ages: np.ndarray) -> np.ndarray:
    """Return the share of components that live longer than each age."""
    enter, leave = watched["enter"].to_numpy(), watched["exit"].to_numpy()
    failures = np.sort(watched.filter("failed")["exit"].to_numpy())
    at_risk = [np.count_nonzero((enter < age) & (leave >= age)) for age in failures]
    hazard = np.concatenate([[0.0], np.cumsum(1 / np.array(at_risk))])
    return np.asarray(np.exp(-hazard[np.searchsorted(failures, ages, side="right")]))
