"""The gate's judgement as one self-contained page."""

from __future__ import annotations

from dataclasses import dataclass

from faultcast.modeling.gate.bars import Bar, Sense
from faultcast.modeling.gate.comparison import Comparison
from faultcast.modeling.gate.judgement import Judgement
from faultcast.reporting.tables import MISSING
from faultcast.reporting.wording import count, number, worded
from faultcast.templates import templates

_WIDTH, _MARGIN = 640.0, 20.0
_FULL = 100.0


@dataclass(frozen=True)
class Facts:
    """What the registry adds to a judgement: versions, who asked and when, what followed."""

    outcome: str
    reason: str
    version: str
    champion: str | None
    mode: str
    who: str
    at: str


def render_gate_page(judgement: Judgement, facts: Facts | None = None) -> str:
    """Write a judgement as HTML that needs no other file; without facts, that of the bars alone."""
    pages = templates("faultcast.reporting", count=count, number=number, worded=worded)
    theirs = {bar.name: bar for bar in judgement.champion_bars}
    return pages.get_template("gate.html.j2").render(
        judgement=judgement,
        facts=facts,
        rows=[_row(bar, theirs.get(bar.name)) for bar in judgement.bars],
        scale=_scale(judgement.comparison, judgement.margin) if judgement.comparison else None,
    )


def _row(bar: Bar, theirs: Bar | None) -> dict[str, object]:
    champion = theirs.value if theirs else None
    top = 1.25 * max(abs(bar.limit), abs(bar.value or 0.0), abs(champion or 0.0)) or 1.0
    return {
        "bar": bar,
        "value": MISSING if bar.value is None else number(bar.value),
        "champion": MISSING if champion is None else number(champion),
        "limit": f"{'≥' if bar.sense is Sense.AT_LEAST else '≤'} {number(bar.limit)}",
        "filled": _FULL * max(bar.value or 0.0, 0.0) / top,
        "mark": _FULL * bar.limit / top,
    }


def _scale(found: Comparison, margin: float) -> dict[str, float]:
    """Return where zero, margin, interval and difference lie on a line, in pixels."""
    places = {
        "zero": 0.0,
        "margin": -margin,
        "lower": found.lower,
        "upper": found.upper,
        "difference": found.difference,
    }
    least, most = min(places.values()), max(*places.values(), margin)
    return {
        name: _MARGIN + (_WIDTH - 2 * _MARGIN) * (value - least) / ((most - least) or 1.0)
        for name, value in places.items()
    }
