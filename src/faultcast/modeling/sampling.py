"""Learn from fewer of the rows that no failure follows, and correct the forecasts for it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from faultcast.modeling.estimators import Labels


def thin(failing: Labels, others: int | None, seed: int) -> tuple[npt.NDArray[np.int64], float]:
    """Choose all rows before a failure and, at random, some of the others.

    Args:
        failing: whether each row's component fails within the horizon.
        others: how many other rows to take for each row before a failure; None: all.
        seed: of the choice.

    Returns:
        The chosen rows in their order, and by how much the sample raises the log-odds: the log of
        the share of other rows that was kept, negated (King and Zeng, 2001).
    """
    rows, rest = np.flatnonzero(failing), np.flatnonzero(~failing)
    count = rest.size if others is None else min(rest.size, others * rows.size)
    chosen = np.random.default_rng(seed).choice(rest, count, replace=False, shuffle=False)
    return np.sort(np.concatenate([rows, chosen])), math.log(rest.size / count)
