"""How sure shares and rates are that were counted in a few weeks: intervals of 95 %."""

from __future__ import annotations

from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

_LEVEL = 0.95
_DEVIATES = 1.959964

Interval = tuple[float, float]


def share_interval(share: float, count: float) -> Interval:
    """Return the interval of a share among `count` independent cases (Wilson 1927)."""
    if count <= 0:
        return 0.0, 1.0
    z = _DEVIATES**2 / count
    middle = (share + z / 2) / (1 + z)
    reach = sqrt(z * share * (1 - share) + z * z / 4) / (1 + z)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def count_interval(count: int) -> Interval:
    """Return the interval of the expected number of rare events (exact, Garwood 1936)."""
    tail = (1 - _LEVEL) / 2
    low = float(gammaincinv(count, tail)) if count else 0.0
    return low, float(gammaincinv(count + 1, 1 - tail))


def clustered_interval(hits: npt.NDArray[np.float64], counts: npt.NDArray[np.float64]) -> Interval:
    """Return the interval of a share among cases that resemble each other within their cluster.

    The rows of a machine before one failure are nearly one case. So the variance of the share is
    that among clusters, and Wilson's interval is taken for as many independent cases as have this
    variance (Korn and Graubard 1998); where all cases agree, for as many as there are clusters.

    Args:
        hits: of each cluster, how many cases are hits [clusters].
        counts: of each cluster, how many cases it has [clusters].
    """
    total, clusters = float(counts.sum()), counts.size
    share = float(hits.sum()) / total
    if clusters < 2 or share in (0.0, 1.0):
        return share_interval(share, clusters)
    spread = float(np.sum((hits - share * counts) ** 2))
    variance = clusters / (clusters - 1) * spread / total**2
    independent = share * (1 - share) / variance if variance else total
    return share_interval(share, min(total, independent))
