"""What reading a plant's files brings to light, gathered on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from faultcast.config.plant import Repair
from faultcast.data.readers import FILE, ROW, SourceFile
from faultcast.errors import Violation

_EXAMPLES = 5


@dataclass(frozen=True)
class Example:
    """A place where a repair was made."""

    file: str
    row: int
    column: str | None


@dataclass
class Findings:
    """Violations, and the repairs that were made instead, with their first places."""

    violations: list[Violation] = field(default_factory=list)
    repaired: Counter[Repair] = field(default_factory=Counter)
    examples: dict[Repair, list[Example]] = field(default_factory=dict)

    def note_cells(
        self, file: SourceFile, column: str, cells: pl.DataFrame, problem: str, remedy: str
    ) -> None:
        """Add a violation for each cell; `problem` has a place for the cell's `value`."""
        self.violations += [
            file.violation(problem.format(value=value), remedy, row, column)
            for row, value in cells.select(ROW, "value").iter_rows()
        ]

    def note_repair(self, repair: Repair, column: str | None, rows: pl.DataFrame) -> None:
        """Count the rows that a repair changes and keep the first as examples."""
        self.repaired[repair] += rows.height
        examples = self.examples.setdefault(repair, [])
        for file, row in rows.head(_EXAMPLES - len(examples)).select(FILE, ROW).iter_rows():
            examples.append(Example(file, row, column))
