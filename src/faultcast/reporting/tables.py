"""Tables and headline numbers as HTML: the same data give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl
from jinja2 import Environment

from faultcast.templates import templates

Format = Callable[[Any], str]
MISSING = "–"


@dataclass(frozen=True)
class Table:
    """A frame for people: its column names are the headings.

    `formats` says how a column's values are written; `bars` gives the value of a full bar behind
    the numbers of a column; `strong` names the first cells of the rows that stand out; `right`
    names columns of text to align as numbers are.
    """

    frame: pl.DataFrame
    caption: str = ""
    formats: Mapping[str, Format] = field(default_factory=dict)
    bars: Mapping[str, float] = field(default_factory=dict)
    strong: Sequence[str] = ()
    right: Sequence[str] = ()

    def _repr_html_(self) -> str:
        columns = [{"title": name, "numeric": self._numeric(name)} for name in self.frame.columns]
        rows = [self._row(row) for row in self.frame.iter_rows(named=True)]
        return _render("table", caption=self.caption, columns=columns, rows=rows)

    def __repr__(self) -> str:
        return f"Table: {self.caption}"

    def _numeric(self, name: str) -> bool:
        return name in self.right or self.frame.schema[name].is_numeric()

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        strong = str(next(iter(row.values()))) in self.strong
        return {"strong": strong, "cells": [self._cell(name, value) for name, value in row.items()]}

    def _cell(self, name: str, value: Any) -> dict[str, Any]:
        text = MISSING if value is None else self.formats.get(name, str)(value)
        return {"text": text, "numeric": self._numeric(name), "bar": self._bar(name, value)}

    def _bar(self, name: str, value: Any) -> str | None:
        if value is None or not self.bars.get(name):
            return None
        return f"{100 * min(max(value / self.bars[name], 0.0), 1.0):.0f}"


@dataclass(frozen=True)
class Card:
    """One headline number; `warn` marks what needs a reader's attention."""

    value: str
    label: str
    warn: bool = False


@dataclass(frozen=True)
class Headline:
    """The numbers that a reader in a hurry takes along."""

    cards: tuple[Card, ...]

    def _repr_html_(self) -> str:
        return _render("headline", cards=self.cards)

    def __repr__(self) -> str:
        return "; ".join(f"{card.label}: {card.value}" for card in self.cards)


def _render(name: str, **values: Any) -> str:
    return _templates().get_template(f"{name}.html.j2").render(**values)


@cache
def _templates() -> Environment:
    return templates("faultcast.reporting")
