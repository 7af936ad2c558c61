"""The strip of squares that shows when each machine's readings are missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from faultcast.data.continuity import Completeness
from faultcast.reporting.wording import percent

_MOST_MACHINES = 40
_TICKS = 8
_SHADES = (0.0, 0.01, 0.05, 0.2)
_FORMATS = {"day": "%d %b", "week": "%d %b", "month": "%b %Y", "quarter": "%b %Y", "year": "%Y"}


@dataclass(frozen=True)
class Cell:
    """A machine's period: where it stands, how dark it is and what it says when pointed at."""

    place: int
    shade: str
    label: str


@dataclass(frozen=True)
class Strip:
    """A machine's periods, without those in which it was not there."""

    machine: str
    cells: tuple[Cell, ...]


def strips(completeness: Completeness) -> list[Strip]:
    """Return the 40 machines with the most missing readings, in the order of their names."""
    missing = dict(zip(completeness.machines, completeness.missing, strict=True))
    worst = sorted(missing, key=lambda machine: -sum(share or 0 for share in missing[machine]))
    shown = sorted(worst[:_MOST_MACHINES], key=_natural)
    return [Strip(machine, _cells(completeness, missing[machine])) for machine in shown]


def ticks(completeness: Completeness) -> list[tuple[int, str]]:
    """Return the places and names of about eight periods along the strip."""
    step = -(-len(completeness.starts) // _TICKS)
    places = range(0, len(completeness.starts), step)
    return [(place, _name(completeness, completeness.starts[place])) for place in places]


def _cells(completeness: Completeness, shares: tuple[float | None, ...]) -> tuple[Cell, ...]:
    there = [(place, share) for place, share in enumerate(shares) if share is not None]
    return tuple(
        Cell(place, f"shade{_shade(share)}", _label(completeness, place, share))
        for place, share in there
    )


def _shade(share: float) -> int:
    return sum(share > limit for limit in _SHADES)


def _label(completeness: Completeness, place: int, share: float) -> str:
    name = _name(completeness, completeness.starts[place])
    return f"{name}: {percent(share)} missing" if share else ""


def _name(completeness: Completeness, start: datetime) -> str:
    return start.strftime(_FORMATS[completeness.period])


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort `M2` before `M10`."""
    return [(int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", name)]
