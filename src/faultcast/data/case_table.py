"""A case's table as typed columns, every cell checked, every fault told by its row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from faultcast.config.case import TARGET, Case, Duplicates
from faultcast.config.cells import Cells, UnfitCellError
from faultcast.config.layout import Layout
from faultcast.data.readers import FILE, ROW, SourceFile, column_names, find_files, read_table
from faultcast.errors import ContractError, Violation

# A fold of the cross-validation and the test part want some rows of every class.
FEWEST_OF_A_CLASS = 10


def read_case_table(layout: Layout, case: Case) -> pl.DataFrame:
    """Read `data/external/<case>.csv`.

    Returns:
        The columns by name, in the order of the configuration: Float32, categories as String, null
        where missing; and `target`, the place of each row's class, as Int32.

    Raises:
        UnreadableFileError: the table is not there, empty or damaged, or lacks a column.
        ContractError: cells that their columns cannot hold, rows that repeat others, a target that
            is missing, constant or too rare in one class, a column without any value.
    """
    path = layout.case_table(case.name)
    (file,) = find_files(path.parent, path.name, layout.root)
    present = column_names(file)
    others = [name for name in present if name and present.count(name) == 1]
    needed = [*map(case.header, case.columns), case.target.column]
    table = read_table(file, list(dict.fromkeys([*needed, *others])))
    reader = _Reader(file, table, layout.case_config(case.name).relative_to(layout.root))
    columns = [
        reader.column(name, case.header(name), cells) for name, cells in case.columns.items()
    ]
    target = reader.target(case)
    if case.duplicates is Duplicates.REFUSE:
        reader.refuse_duplicates()
    if reader.violations:
        raise ContractError(case.name, reader.violations, "case")
    return pl.DataFrame([*columns, target])


class _Reader:
    """Reads the columns of one table and collects what is wrong with them."""

    def __init__(self, file: SourceFile, table: pl.DataFrame, config: Path) -> None:
        self._file = file
        self._table = table
        self._config = config
        self.violations: list[Violation] = []

    def column(self, name: str, header: str, cells: Cells) -> pl.Series:
        """Return a column's cells as Float32 or String."""
        kind = pl.String() if cells.is_text else pl.Float32()
        remedy = f"Mend the cell, or columns.{name} in {self._config}"
        values = self._read(header, cells.read, kind, remedy).alias(name)
        if values.null_count() == values.len() and not self.violations:
            remedy = f"Take {name} out of columns in {self._config}"
            self._note("holds no value", remedy, header)
        return values

    def target(self, case: Case) -> pl.Series:
        """Return the place of each row's class; each class must occur often enough."""
        header, before = case.target.column, len(self.violations)
        remedy = f"Mend the cell, remove the row, or mend target in {self._config}"
        places = self._read(header, case.target.index_of, pl.Int32(), remedy).alias(TARGET)
        if len(self.violations) == before:
            self.violations += self._class_faults(case, places)
        return places

    def refuse_duplicates(self) -> None:
        """Note each row that equals an earlier one in all columns of the table."""
        cells = [name for name in self._table.columns if name not in (ROW, FILE)]
        first = pl.col(ROW).first().over(cells).alias("first")
        again = self._table.select(ROW, first).filter(pl.col("first") < pl.col(ROW))
        remedy = f"Remove it; if they are different things, duplicates: keep in {self._config}"
        for row, earlier in again.iter_rows():
            self._note(f"repeats row {earlier} in every column", remedy, None, row)

    def _read(
        self, header: str, read: Callable[[object], object], kind: pl.DataType, remedy: str
    ) -> pl.Series:
        """Read each distinct text once."""
        texts = self._table[header].fill_null("")
        known: dict[str, object] = {}
        faults: dict[str, str] = {}
        for text in texts.unique(maintain_order=True):
            try:
                known[text] = read(text)
            except UnfitCellError as fault:
                faults[text] = str(fault)
        for row, text in self._table.select(ROW, texts).filter(texts.is_in([*faults])).iter_rows():
            self._note(faults[text], remedy, header, row)
        new = pl.Series([*known.values()], dtype=kind, strict=False)
        return texts.replace_strict([*known], new, default=None, return_dtype=kind)

    def _class_faults(self, case: Case, places: pl.Series) -> Iterator[Violation]:
        counts = {
            one: int((places == place).sum()) for place, one in enumerate(case.target.classes)
        }
        header, occurring = case.target.column, [one for one, count in counts.items() if count]
        if not places.len():
            problem, remedy = "holds no row under its header", "Deliver the table again"
            yield self._file.violation(problem, remedy)
        elif len(occurring) == 1:
            problem = f"is constant: {occurring[0]!r} in each of {places.len():,} rows"
            remedy = "Bring rows of the other classes too: there is nothing to tell apart"
            yield self._file.violation(problem, remedy, column=header)
        else:
            for one, count in counts.items():
                if count < FEWEST_OF_A_CLASS:
                    problem = f"holds {one!r} in {count} rows; {FEWEST_OF_A_CLASS} are the fewest"
                    remedy = f"Bring more rows of it, or take it out of target in {self._config}"
                    yield self._file.violation(problem, remedy, column=header)

    def _note(self, problem: str, remedy: str, column: str | None, row: int | None = None) -> None:
        self.violations.append(self._file.violation(problem, remedy, row, column))
