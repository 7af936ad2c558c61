"""Forecasts over several horizons that never contradict each other.

The main horizon has classifiers of its own. Every other horizon leans on its neighbour towards the
main one, as discrete-time hazards do (Singer and Willett, 1993):

    shorter:  P(h) = P(neighbour) * r,                  r = P(fails in h | fails in the neighbour)
    longer:   P(h) = P(neighbour) + (1 - P(neighbour)) * q,   q = P(fails in h | does not in it)

r and q are probabilities of classifiers that learn from rows that do, or do not, fail within the
neighbour. Whatever they say, a longer horizon is never less likely, and the main forecast does not
depend on which other horizons there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Probability = TypeVar("Probability", float, npt.NDArray[np.float64])


@dataclass(frozen=True)
class Step:
    """From a horizon's forecast to that of the next shorter or longer one."""

    neighbour: timedelta
    horizon: timedelta

    @property
    def shorter(self) -> bool:
        """Whether the step leads to a shorter horizon."""
        return self.horizon < self.neighbour

    def given(self, neighbour: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Tell which rows the step's classifier learns from, by their labels of the neighbour."""
        return neighbour if self.shorter else ~neighbour

    def take(self, neighbour: Probability, conditional: Probability) -> Probability:
        """Return the probability over the step's horizon."""
        if self.shorter:
            return neighbour * conditional
        return neighbour + (1 - neighbour) * conditional


def steps(main: timedelta, others: Sequence[timedelta]) -> Iterator[Step]:
    """Return the steps from the main horizon down to the shortest, then up to the longest."""
    shorter = sorted((h for h in others if h < main), reverse=True)
    longer = sorted(h for h in others if h > main)
    for way in (shorter, longer):
        for neighbour, horizon in zip([main, *way], way, strict=False):
            yield Step(neighbour, horizon)
