"""Numbers and lists as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Write `1 failure`, `2 failures`, `1,204 machines`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def listing(words: Sequence[str]) -> str:
    """Write `a`, `a and b`, `a, b and c`."""
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last


def percent(share: float) -> str:
    """Write a share as a percentage with two significant digits: 0.0213 is `2.1 %`."""
    value = share * 100
    if value and abs(value) < 0.01:
        return _with_unit("less than 0.01", "%")
    return _with_unit(f"{value:.0f}" if abs(value) >= 10 or value == 0 else f"{value:.2g}", "%")


def number(value: float, unit: str = "") -> str:
    """Write a number with three significant digits and its unit: 1234.5 m is `1,230 m`."""
    if value == 0:
        return _with_unit("0", unit)
    rounded = float(f"{value:.3g}")
    return _with_unit(f"{rounded:,.0f}" if abs(value) >= 1000 else f"{value:.3g}", unit)


def hours(value: float) -> str:
    """Write a time in hours: `14 h`, below ten hours `6.5 h`."""
    return _with_unit(f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}", "h")


def _with_unit(text: str, unit: str) -> str:
    """Join by a space at which no line breaks."""
    return f"{text}\u00a0{unit}" if unit else text


def span(length: timedelta) -> str:
    """Write how long data last: in days, from three months in months of 30.4375 days."""
    days = length / timedelta(days=1)
    return f"{days:.0f} days" if days < 92 else f"{days / 30.4375:.0f} months"


def worded(name: str) -> str:
    """Write an identifier as words: `oil_pressure` is `oil pressure`."""
    return name.replace("_", " ")


def sentence(text: str) -> str:
    """Start with a capital letter."""
    return text[:1].upper() + text[1:]


def in_order(names: Iterable[str]) -> list[str]:
    """Sort names as people do: `M2` stands before `M10`."""
    return sorted(names, key=lambda name: re.sub(r"\d+", lambda digits: digits[0].zfill(20), name))
