"""Noise that remembers: the sampled Ornstein-Uhlenbeck process."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

HOUR = timedelta(hours=1)


def persistent_noise(
    rng: np.random.Generator, steps: int, step: timedelta, persistence: timedelta
) -> FloatArray:
    """Draw a stationary series of mean 0 and variance 1 whose correlation at lag d is exp(-d / persistence).

    The recursion x[k] = phi x[k-1] + sqrt(1 - phi^2) e[k] with phi = exp(-step / persistence) is the
    process at the sampled times without approximation (Uhlenbeck and Ornstein 1930).
    """
    phi = math.exp(-(step / persistence))
    shocks = rng.standard_normal(steps)
    # An exponentially weighted mean is phi x[k-1] + (1 - phi) e[k]: scaled here to unit variance.
    shocks *= math.sqrt(1 - phi**2) / (1 - phi)
    shocks[0] *= (1 - phi) / math.sqrt(1 - phi**2)
    return pl.Series(shocks).ewm_mean(alpha=1 - phi, adjust=False).to_numpy()


def lognormal(rng: np.random.Generator, median: float, sigma: float) -> float:
    """Draw a positive number around a median."""
    return median * math.exp(sigma * rng.standard_normal())
