"""Raw files as tables that remember where each record stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from faultcast.data.csv_faults import FaultyCsvError, explain, read_header
from faultcast.errors import UnreadableFileError, Violation

ROW, FILE = "source_row", "source_file"
_SUFFIXES = (".csv", ".parquet")
_FIRST_ROW = {".csv": 2, ".parquet": 1}


@dataclass(frozen=True)
class SourceFile:
    """A raw file and the name that messages give it."""

    path: Path
    name: Path

    def violation(
        self, problem: str, remedy: str, row: int | None = None, column: str | None = None
    ) -> Violation:
        """Return a violation at a place in this file."""
        return Violation(self.name, problem, remedy, row, column)


def find_files(folder: Path, path: str, root: Path) -> tuple[SourceFile, ...]:
    """List the files that a configured path stands for: itself, or those in the folder, by name.

    Hidden files are passed over. Names in messages are relative to `root` where they can be.

    Raises:
        UnreadableFileError: nothing there, or not only CSV or only Parquet.
    """
    target = folder / path
    place = SourceFile(target, target.relative_to(root) if target.is_relative_to(root) else target)
    if not target.exists():
        raise UnreadableFileError([_not_there(place)])
    if target.is_file():
        return (_checked(place),)
    found = sorted(file.relative_to(target) for file in target.rglob("*") if file.is_file())
    files = tuple(
        _checked(SourceFile(target / file, place.name / file))
        for file in found
        if not _hidden(file)
    )
    if len({file.path.suffix for file in files}) != 1:
        problem = "holds both CSV and Parquet files" if files else "holds no CSV or Parquet file"
        remedy = "Keep one format, or name one file in the configuration"
        raise UnreadableFileError([place.violation(problem, remedy)])
    return files


def _not_there(place: SourceFile) -> Violation:
    return place.violation(
        "is not there", "Put the file there, or mend its path in the plant's configuration"
    )


def _hidden(file: Path) -> bool:
    return any(part.startswith(".") for part in file.parts)


def _checked(file: SourceFile) -> SourceFile:
    if file.path.suffix not in _SUFFIXES:
        problem = "is neither a .csv nor a .parquet file"
        raise UnreadableFileError([file.violation(problem, "Export it as one of these")])
    return file


def column_names(file: SourceFile) -> list[str]:
    """Return the names of a file's columns.

    Raises:
        UnreadableFileError: the file is empty, damaged or cannot be opened.
    """
    try:
        if file.path.stat().st_size == 0:
            problem, remedy = "is empty (0 bytes)", "Deliver the file again"
            raise UnreadableFileError([file.violation(problem, remedy)])
        if file.path.suffix == ".csv":
            return list(read_header(file.path).columns)
        return list(pl.read_parquet_schema(file.path))
    except Exception as reason:
        raise _unreadable(file, reason) from reason


def read_table(file: SourceFile, columns: Sequence[str]) -> pl.DataFrame:
    """Read some columns of a file, with `source_row` and `source_file`.

    The cells of a CSV file stay text, so that whatever is wrong with one can be told by its row;
    rows in which all these cells are empty are passed over. Columns of a Parquet file keep their
    types.

    Raises:
        UnreadableFileError: the file is empty or damaged, or lacks a column.
    """
    present = column_names(file)
    faults = [_column_fault(file, column, present) for column in columns]
    if any(faults):
        raise UnreadableFileError([fault for fault in faults if fault])
    try:
        frame = (
            _read_csv(file, columns) if file.path.suffix == ".csv" else _read_parquet(file, columns)
        )
    except (Exception, pl.exceptions.PanicException) as reason:
        raise _unreadable(file, reason) from reason
    return frame.with_columns(pl.lit(str(file.name), pl.Categorical).alias(FILE))


def _column_fault(file: SourceFile, column: str, present: Sequence[str]) -> Violation | None:
    if present.count(column) == 1:
        return None
    if column in present:
        problem, remedy = "stands twice in the header", "Rename one of the two"
    else:
        problem = f"is missing; the file has {', '.join(present)}"
        remedy = "Mend the file, or the column's name in the plant's configuration"
    return file.violation(problem, remedy, column=column)


def _read_csv(file: SourceFile, columns: Sequence[str]) -> pl.DataFrame:
    header = read_header(file.path)
    places = sorted({header.columns.index(column) for column in columns})
    frame = pl.read_csv(
        file.path,
        separator=header.separator,
        columns=places,
        infer_schema=False,
        row_index_name=ROW,
        row_index_offset=_FIRST_ROW[".csv"],
    )
    frame.columns = [ROW, *(header.columns[place] for place in places)]
    cells = pl.exclude(ROW).str.strip_chars()
    tidy = frame.select(ROW, pl.when(cells != "").then(cells).name.keep())
    return tidy.filter(pl.any_horizontal(pl.exclude(ROW).is_not_null()))


def _read_parquet(file: SourceFile, columns: Sequence[str]) -> pl.DataFrame:
    return pl.read_parquet(
        file.path,
        columns=list(dict.fromkeys(columns)),
        row_index_name=ROW,
        row_index_offset=_FIRST_ROW[".parquet"],
    )


def _unreadable(file: SourceFile, reason: BaseException) -> UnreadableFileError:
    if isinstance(reason, UnreadableFileError):
        return reason
    if isinstance(reason, OSError):
        remedy = "Mend its permissions or its place"
        return UnreadableFileError(
            [file.violation(f"cannot be opened ({reason.strerror})", remedy)]
        )
    if file.path.suffix == ".parquet":
        problem, remedy = (
            "is not a whole Parquet file",
            "It was cut off or damaged: deliver it again",
        )
        return UnreadableFileError([file.violation(problem, remedy)])
    faults = reason.faults if isinstance(reason, FaultyCsvError) else explain(file.path)
    return UnreadableFileError([file.violation(*fault) for fault in faults])
