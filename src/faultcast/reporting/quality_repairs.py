"""Repairs as a reader takes them in: one line a rule, its columns together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from faultcast.config.plant import Repair
from faultcast.data.findings import Example, Mended

_EXAMPLES = 3


@dataclass(frozen=True)
class RepairLine:
    """What a repair did to one kind of records, with the count of each column."""

    repair: Repair
    kind: str
    count: int
    columns: tuple[tuple[str, int], ...]
    examples: tuple[Example, ...]


def group_repairs(repairs: Iterable[Mended]) -> list[RepairLine]:
    """Put the columns of each repair and kind of records together."""
    ordered = sorted(repairs, key=_line)
    return [_grouped(list(made)) for _, made in groupby(ordered, key=_line)]


def _line(made: Mended) -> tuple[int, str]:
    return list(Repair).index(made.repair), made.kind


def _grouped(made: list[Mended]) -> RepairLine:
    examples = sorted({e for one in made for e in one.examples}, key=lambda e: (e.file, e.row))
    return RepairLine(
        made[0].repair,
        made[0].kind,
        sum(one.count for one in made),
        tuple((one.header, one.count) for one in made if one.header and one.column),
        tuple(examples[:_EXAMPLES]),
    )
