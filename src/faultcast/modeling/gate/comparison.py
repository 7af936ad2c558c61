"""Challenger against champion: a paired bootstrap over units.

Each draw takes as many units as there are, with replacement, and scores both models on it; the
interval holds the middle 95 % of the differences (Efron and Tibshirani, An Introduction to the
Bootstrap, 1993, chapter 13). Both models see the same units in each draw: what makes a machine
easy or hard for both cancels out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faultcast.modeling.gate.exam import Score

DRAWS = 1000
_SEED = 0
_TAILS = (2.5, 97.5)


@dataclass(frozen=True)
class Comparison:
    """Two scores on one test set, and the interval of their difference.

    `difference` is challenger - champion; `draws` are those in which both scores are defined.
    """

    challenger: float
    champion: float
    difference: float
    lower: float
    upper: float
    units: int
    draws: int


def compare(challenger: Score, champion: Score, units: int) -> Comparison | None:
    """Compare two models; None where the test set or nearly every draw leaves a score undefined.

    Args:
        challenger: the score of the model that wants to be promoted.
        champion: that of the model in its way, on the same units.
        units: how many units there are.
    """
    once = np.ones(units, dtype=np.int64)
    ours, theirs = challenger(once), champion(once)
    random = np.random.default_rng(_SEED)
    drawn = random.multinomial(units, np.full(units, 1 / units), size=DRAWS)
    differences = np.array([challenger(counts) - champion(counts) for counts in drawn])
    defined = differences[np.isfinite(differences)]
    if not np.isfinite(ours - theirs) or 2 * defined.size < DRAWS:
        return None
    lower, upper = np.percentile(defined, _TAILS)
    return Comparison(
        challenger=ours,
        champion=theirs,
        difference=ours - theirs,
        lower=float(lower),
        upper=float(upper),
        units=units,
        draws=defined.size,
    )
