"""The data-quality report as one self-contained page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from faultcast.config.plant import Repair
from faultcast.data.quality import Quality
from faultcast.data.stuck import LONGEST_REPETITION
from faultcast.reporting.wording import count, number, percent, span, worded

_MOST_MACHINES = 40
_SHADES = (0.0, 0.01, 0.05, 0.2)
_MEANINGS = {
    Repair.SORT: "rows put in the order of time",
    Repair.DROP_DUPLICATES: "rows dropped that stood there before",
    Repair.KEEP_LAST: "rows dropped that were delivered again with other values",
    Repair.NON_FINITE_TO_MISSING: "readings that were no finite number, now missing",
    Repair.OUT_OF_RANGE_TO_MISSING: "readings outside the sensor's range, now missing",
    Repair.DROP_UNKNOWN_MACHINES: "events dropped of machines without telemetry",
    Repair.DROP_LATE_EVENTS: "events dropped after the telemetry ends",
}
_PERIOD_FORMATS = {"day": "%d %b", "week": "%d %b", "month": "%b %Y", "quarter": "%b %Y"}


@dataclass(frozen=True)
class Cell:
    """A machine's period in the strip: how dark it is and what it says when pointed at."""

    shade: str
    label: str


@dataclass(frozen=True)
class Strip:
    """A machine's periods."""

    machine: str
    cells: tuple[Cell, ...]


def render_quality_page(quality: Quality) -> str:
    """Write the report as HTML that needs no other file."""
    environment = Environment(
        loader=PackageLoader("faultcast.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": count,
        "number": number,
        "percent": percent,
        "worded": worded,
        "moment": _moment,
    }
    return environment.get_template("quality.html.j2").render(
        q=quality,
        length=span(quality.end - quality.start),
        missing_share=_missing_share(quality),
        strips=tuple(_strips(quality)),
        ticks=_ticks(quality),
        meanings=_MEANINGS,
        longest_repetition=LONGEST_REPETITION,
    )


def _missing_share(quality: Quality) -> float:
    return quality.missing_readings / (quality.rows * len(quality.sensors))


def _strips(quality: Quality) -> Iterator[Strip]:
    """Return the machines with the most missing readings, in the order of their names."""
    missing = dict(zip(quality.completeness.machines, quality.completeness.missing, strict=True))
    worst = sorted(missing, key=lambda machine: -sum(share or 0 for share in missing[machine]))
    for machine in sorted(worst[:_MOST_MACHINES], key=_natural):
        shares = zip(quality.completeness.starts, missing[machine], strict=True)
        yield Strip(machine, tuple(_cell(quality, start, share) for start, share in shares))


def _cell(quality: Quality, start: datetime, share: float | None) -> Cell:
    if share is None:
        return Cell("absent", "")
    shade = sum(share > limit for limit in _SHADES)
    label = f"{_period(quality, start)}: {percent(share)} missing" if shade else ""
    return Cell(f"shade{shade}", label)


def _ticks(quality: Quality) -> list[tuple[int, str]]:
    """Return the places and names of a few periods along the strip."""
    starts = quality.completeness.starts
    step = max(1, round(len(starts) / 8))
    return [(place, _period(quality, starts[place])) for place in range(0, len(starts), step)]


def _period(quality: Quality, start: datetime) -> str:
    return start.strftime(_PERIOD_FORMATS.get(quality.completeness.period, "%Y"))


def _moment(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M")


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort `M2` before `M10`."""
    return [(int(part or 0) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", name)]
