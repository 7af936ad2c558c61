"""Which rows of a plain table are kept for the evaluation: the same share of each class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from faultcast.config.case import TARGET, CaseSplit


@dataclass(frozen=True)
class CaseParts:
    """The rows to learn from and those to be judged by, each in the order of the table."""

    train: pl.DataFrame
    test: pl.DataFrame

    def items(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """Return each part with its name."""
        return iter(vars(self).items())


def split_case(rows: pl.DataFrame, split: CaseSplit) -> CaseParts:
    """Draw the test part by the seed alone: nothing is fitted or looked at before.

    Args:
        rows: with the column `target`, the place of each row's class.
        split: share and seed.

    Returns:
        The parts; each class gives its share of the test part, and one row at least.
    """
    target = rows[TARGET].to_numpy()
    drawn = np.zeros(target.size, dtype=bool)
    for one in np.unique(target):
        places = np.flatnonzero(target == one)
        count = max(round(split.test * places.size), 1)
        chance = np.random.default_rng([split.seed, int(one)])
        drawn[chance.permutation(places)[:count]] = True
    return CaseParts(rows.filter(~pl.Series(drawn)), rows.filter(pl.Series(drawn)))
