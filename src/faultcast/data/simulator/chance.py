"""What chance brings: noise that remembers, positive quantities, choices by weight."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

HOUR = timedelta(hours=1)


def persistent_noise(
    rng: np.random.Generator, steps: int, step: timedelta, persistence: timedelta
) -> FloatArray:
    """Draw a stationary series, mean 0 and variance 1, correlated exp(-lag / persistence).

    x[k] = phi x[k-1] + sqrt(1 - phi^2) e[k] with phi = exp(-step / persistence) is the process of
    Uhlenbeck and Ornstein (1930) at the sampled times, without approximation.
    """
    phi = math.exp(-(step / persistence))
    # An exponentially weighted mean is x[k] = phi x[k-1] + (1 - phi) e[k], beginning with e[0].
    shocks = rng.standard_normal(steps)
    shocks[1:] *= math.sqrt(1 - phi**2) / (1 - phi)
    return pl.Series(shocks).ewm_mean(alpha=1 - phi, adjust=False).to_numpy()


def lognormal(rng: np.random.Generator, median: float, sigma: float) -> float:
    """Draw a positive number around a median; `sigma` is the logarithm's standard deviation."""
    return median * math.exp(sigma * rng.standard_normal())


def choose(rng: np.random.Generator, weights: Mapping[str, float]) -> str:
    """Draw one of the keys in proportion to its weight."""
    shares = np.array(list(weights.values()))
    return str(rng.choice(list(weights), p=shares / shares.sum()))
