"""What makes a CSV file unreadable, by row: for the message, after the fast reader has given up."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_SEPARATORS = ",;\t"
_ENCODING = "utf-8-sig"


class CsvFault(NamedTuple):
    """A fault and its remedy, with the row and column where they are known."""

    problem: str
    remedy: str
    row: int | None = None
    column: str | None = None


class FaultyCsvError(Exception):
    """A CSV file that cannot be read, with every reason."""

    def __init__(self, faults: list[CsvFault]) -> None:
        self.faults = faults
        super().__init__(*faults)


@dataclass(frozen=True)
class Header:
    """The first row of a CSV file."""

    columns: tuple[str, ...]
    separator: str


def read_header(path: Path) -> Header:
    """Read the names of the columns; the separator is the commonest of comma, semicolon and tab.

    Raises:
        FaultyCsvError: the first line is not UTF-8, or blank.
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        line = file.readline()
    try:
        text = line.decode(_ENCODING)
    except UnicodeDecodeError:
        raise FaultyCsvError([_not_utf8(1)]) from None
    if not text.strip():
        problem = "starts with a blank line where the header should be"
        raise FaultyCsvError(
            [CsvFault(problem, "Write the names of the columns in the first row", 1)]
        )
    separator = max(_SEPARATORS, key=text.count)
    names = next(csv.reader([text], delimiter=separator))
    return Header(tuple(name.strip() for name in names), separator)


def explain(path: Path) -> list[CsvFault]:
    """Say why a reader gave up on a CSV file."""
    try:
        return list(_odd_rows(path)) or [
            CsvFault("is not a readable CSV file", "Export it again, with a header and plain cells")
        ]
    except UnicodeDecodeError:
        return [_first_undecodable(path)]
    except csv.Error as reason:
        return [CsvFault(f"is not a CSV file ({reason})", "Export it again")]


def _odd_rows(path: Path) -> Iterator[CsvFault]:
    header = read_header(path)
    width = len(header.columns)
    with path.open(encoding=_ENCODING, newline="") as file:
        rows = csv.reader(file, delimiter=header.separator)
        for number, row in enumerate(rows, start=1):
            if len(row) > width:
                yield CsvFault(
                    f"has {len(row)} cells under a header of {width}",
                    "Remove the surplus, or put cells that hold the separator in quotation marks",
                    number,
                )
            elif any("\n" in cell for cell in row):
                yield CsvFault(
                    "has a quotation mark that is not closed in its line",
                    "Close or remove the quotation mark",
                    number,
                )


def _first_undecodable(path: Path) -> CsvFault:
    header = read_header(path)
    with path.open("rb") as file:
        for row, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as reason:
                place = line[: reason.start].count(header.separator.encode())
                return _not_utf8(row, header.columns[min(place, len(header.columns) - 1)])
    raise AssertionError("the file was undecodable a moment ago")


def _not_utf8(row: int, column: str | None = None) -> CsvFault:
    return CsvFault("holds bytes that are not UTF-8 text", "Save the file as UTF-8", row, column)
