"""The written rule: when a model is promoted.

1. A model that misses a bar is refused.
2. A version that was rolled back is refused: somebody took it out of service for a reason. (While
   there is a champion, a former one comes here only to be promoted against the gate.)
3. Without a champion, the bars decide alone.
4. A challenger whose score is beyond chance better (the whole interval of the difference lies
   above 0) is promoted, one that is beyond chance worse (the whole interval below 0) is refused.
5. All else is a tie. The newer version wins it when its score is not lower than the champion's and
   the interval reaches no farther than the margin below 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from faultcast.modeling.gate.bars import Bar
from faultcast.modeling.gate.comparison import Comparison


@dataclass(frozen=True)
class Verdict:
    """Whether a model may be promoted, and why."""

    passed: bool
    reason: str


def judge_bars(bars: Sequence[Bar]) -> Verdict:
    """Say whether all bars are cleared."""
    missed = [str(bar) for bar in bars if not bar.cleared]
    if missed:
        return Verdict(False, f"{len(missed)} of {len(bars)} bars missed: {'; '.join(missed)}")
    return Verdict(True, f"all {len(bars)} bars are cleared")


def judge_comparison(found: Comparison | None, margin: float, *, newer: bool) -> Verdict:
    """Say whether a challenger that clears the bars may take the champion's place.

    Args:
        found: the comparison; None where it could not be made.
        margin: by how much the interval may reach below 0 in a tie.
        newer: whether the challenger was registered after the champion.
    """
    if found is None:
        return Verdict(False, "the test set is too small to compare with the champion")
    numbers = (
        f"{found.challenger:.4f} against {found.champion:.4f}, difference "
        f"{found.difference:+.4f}, interval {found.lower:+.4f} to {found.upper:+.4f}"
    )
    if found.lower > 0:
        return Verdict(True, f"better than the champion beyond chance ({numbers})")
    if found.upper < 0:
        return Verdict(False, f"worse than the champion beyond chance ({numbers})")
    return _tie(found, margin, newer, numbers)


def _tie(found: Comparison, margin: float, newer: bool, numbers: str) -> Verdict:
    if not newer:
        return Verdict(False, f"a tie, and the champion is the newer version ({numbers})")
    if found.difference < 0:
        return Verdict(False, f"a tie with the lower score ({numbers})")
    if found.lower < -margin:
        return Verdict(False, f"a tie with more than the margin {margin:g} at risk ({numbers})")
    return Verdict(True, f"a tie, which the newer version wins ({numbers})")
