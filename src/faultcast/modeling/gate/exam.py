"""What the gate asks of a plant or a case, and nothing more: the joint to write for a new kind.

An exam holds a test set and the bars of a configuration. It scores the model of any folder on that
test set, so that challenger and champion sit the same one. The comparison draws whole units: the
rows of a machine belong together, the rows of a plain table are their own units.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from faultcast.config.gate import GateTerms
from faultcast.modeling.gate.bars import Bar

Counts = npt.NDArray[np.int64]

# How often each unit counts [units] in, the compared score out; NaN where it is undefined. A
# higher score is a better one.
Score = Callable[[Counts], float]


@dataclass(frozen=True)
class Result:
    """How a model did: its bars, its compared score, and the sha256 of the test set it names."""

    bars: tuple[Bar, ...]
    score: Score
    made_with: str


class Exam(Protocol):
    """A test set and what is asked on it."""

    @property
    def name(self) -> str:
        """The plant's or case's name."""

    @property
    def title(self) -> str:
        """Its name for people."""

    @property
    def terms(self) -> GateTerms:
        """The gate's mode and margin."""

    @property
    def compared(self) -> str:
        """What the compared score is called, such as `average precision`."""

    @property
    def unit(self) -> str:
        """What the comparison draws, in the singular, such as `machine`."""

    @property
    def units(self) -> int:
        """How many of them the test set holds."""

    @property
    def test_sha256(self) -> str:
        """The sha256 of the test set's file."""

    def sit(self, folder: Path) -> Result:
        """Score the model of a folder on the test set."""
