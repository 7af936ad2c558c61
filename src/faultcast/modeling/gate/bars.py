"""An absolute bar: a number of the model on the test set, and what it must reach."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sense(StrEnum):
    """On which side of its limit a number has to be."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True)
class Bar:
    """A number and its limit.

    `name` is the number's key, `meaning` says for people what it is and how the limit comes about.
    `value` is None where the test set does not define it; then the bar is not cleared.
    """

    name: str
    meaning: str
    value: float | None
    sense: Sense
    limit: float

    @property
    def cleared(self) -> bool:
        """Whether the number is on the right side of its limit, or on it."""
        if self.value is None:
            return False
        at_least = self.sense is Sense.AT_LEAST
        return self.value >= self.limit if at_least else self.value <= self.limit

    def __str__(self) -> str:
        value = "undefined" if self.value is None else f"{self.value:.4g}"
        return f"{self.name.replace('_', ' ')} {value}, {self.sense} {self.limit:.4g} is asked"
