"""The nearest of what there is, for a name that somebody mistyped."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(typed: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that proposes the nearest known name; empty if none is near."""
    near = get_close_matches(typed, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""
