"""What reading a plant's files brings to light, gathered on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from faultcast.config.plant import Repair
from faultcast.data.readers import FILE, ROW, SourceFile
from faultcast.errors import Violation

_EXAMPLES = 3


@dataclass(frozen=True)
class Example:
    """A row that was repaired."""

    file: str
    row: int


@dataclass(frozen=True)
class Mended:
    """One repair made in one kind of records: how many rows it changed, and the first of them.

    `column` is the canonical column, `header` its name in the files; None means the whole row.
    """

    repair: Repair
    kind: str
    column: str | None
    header: str | None
    count: int
    examples: tuple[Example, ...]


@dataclass
class Findings:
    """Violations, and the repairs that were made where the plant allows them."""

    violations: list[Violation] = field(default_factory=list)
    repairs: list[Mended] = field(default_factory=list)

    def note_cells(
        self, file: SourceFile, column: str, cells: pl.DataFrame, problem: str, remedy: str
    ) -> None:
        """Add a violation for each cell; `problem` has a place for the cell's `value`."""
        self.violations += [
            file.violation(problem.format(value=value), remedy, row, column)
            for row, value in cells.select(ROW, "value").iter_rows()
        ]

    def note_repair(
        self, repair: Repair, kind: str, column: str | None, header: str | None, rows: pl.DataFrame
    ) -> None:
        """Count the rows that a repair changes and keep the first as examples."""
        first = rows.head(_EXAMPLES).select(FILE, ROW).iter_rows()
        examples = tuple(Example(file, row) for file, row in first)
        self.repairs.append(Mended(repair, kind, column, header, rows.height, examples))

    def repaired(self, repair: Repair, kind: str, column: str | None = None) -> int:
        """Count the rows of a kind that a repair changed (in a column, where one is named)."""
        made = (m for m in self.repairs if m.repair is repair and m.kind == kind)
        return sum(m.count for m in made if column in (None, m.column))
