"""Why a forecast is as it is: what each source of features adds to its probability.

A source is a sensor with all its features, the error messages, the components' ages, or the machine
itself. Its contribution is its Shapley value (Shapley 1953; for forecasts Lundberg and Lee 2017):
what the forecast gains when the source tells the row's values in place of the usual ones, on
average over all orders in which the sources may speak. The contributions of a row add up to its
probability minus that of the background, a row in which everything is as usual.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import factorial

import numpy as np
import numpy.typing as npt
import polars as pl

from faultcast.scoring.forecaster import Forecaster, keys_of
from faultcast.scoring.manifest import MACHINE
from faultcast.scoring.session import Matrix, feature_matrix

PREFIX = "contribution_"
_MOST_EXACT = 12
_ORDERS = 64
_BATCH = 16_384

Coalitions = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.float64]


def explain(forecaster: Forecaster, rows: pl.DataFrame, target: str = MACHINE) -> pl.DataFrame:
    """Explain the probability of a component, or the machine, in each row.

    Exact for up to 12 sources, that is 4,096 forecasts a row; beyond, the average over 128 orders
    drawn with a fixed seed, whose contributions add up all the same.

    Args:
        forecaster: the model.
        rows: the columns of `manifest.inputs`, as for a forecast.
        target: a component, or `machine`.

    Returns:
        `machine` and `time` if the rows have them, probability, background (the probability where
        everything is as usual) and `contribution_<source>` of each of `manifest.features.sources`;
        probabilities, as Float64.

    Raises:
        FeatureColumnsError: a column is missing or holds no numbers.
    """
    spec = forecaster.manifest.features
    sources = spec.sources
    place = {name: k for k, names in enumerate(sources.values()) for name in names}
    coalitions, weights = _coalitions(len(sources))
    told = coalitions[:, [place[name] for name in spec.names]]
    features = feature_matrix(rows, spec.names)
    parts = _forecasts(forecaster, features, told, target)
    forecasts = np.concatenate([np.empty((0, len(told))), *parts])
    background, probability = forecasts[:, 0], forecasts[:, -1]
    frame = pl.DataFrame({"probability": probability, "background": background})
    contributions = pl.DataFrame(forecasts @ weights, schema=[f"{PREFIX}{s}" for s in sources])
    return frame.select(*keys_of(rows), pl.all()).hstack(contributions)


def _forecasts(
    forecaster: Forecaster, features: Matrix, told: Coalitions, target: str
) -> Iterator[npt.NDArray[np.float64]]:
    """Forecast each row [n] with what each coalition tells [n, coalitions], many at once."""
    output = (*forecaster.manifest.components, MACHINE).index(target)
    usual = np.array([column.usual for column in forecaster.manifest.inputs], dtype=np.float32)
    step = max(1, _BATCH // len(told))
    for start in range(0, len(features), step):
        mixed = np.where(told, features[start : start + step, np.newaxis], usual)
        flat = forecaster.probabilities(mixed.reshape(-1, usual.size))[:, output]
        yield flat.reshape(-1, len(told)).astype(np.float64)


@cache
def _coalitions(sources: int) -> tuple[Coalitions, Weights]:
    """Return which sources tell in which forecast, none first and all last, and their weights.

    A row's forecasts [coalitions] times the weights [coalitions, sources] are its contributions.
    """
    return _every(sources) if sources <= _MOST_EXACT else _drawn(sources)


def _every(sources: int) -> tuple[Coalitions, Weights]:
    told = np.arange(2**sources)[:, np.newaxis] >> np.arange(sources) & 1 == 1
    size, whole = told.sum(axis=1), factorial(sources)
    share = [factorial(s) * factorial(sources - s - 1) / whole for s in range(sources)]
    joined, absent = np.array([0.0, *share]), np.array([*share, 0.0])
    return told, np.where(told, joined[size][:, np.newaxis], -absent[size][:, np.newaxis])


def _drawn(sources: int) -> tuple[Coalitions, Weights]:
    """Draw orders in which the sources speak, each also backwards, which steadies the average."""
    random = np.random.default_rng(0)
    drawn = [random.permutation(sources) for _ in range(_ORDERS)]
    orders = [*drawn, *(order[::-1] for order in drawn)]
    weights: dict[tuple[bool, ...], Weights] = {}
    for order in orders:
        told = np.zeros(sources, dtype=np.bool_)
        for source in order:
            for sign in (-1, 1):
                told[source] = sign > 0
                row = weights.setdefault(tuple(told.tolist()), np.zeros(sources))
                row[source] += sign / len(orders)
    ordered = sorted(weights, key=sum)
    return np.array(ordered), np.array([weights[told] for told in ordered])
