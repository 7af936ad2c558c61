"""What `case new` guesses of a table: the type of each column, what it may hold, the classes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from faultcast.config.cells import LARGEST_COUNT, Cells, ColumnType, UnfitCellError
from faultcast.data.naming import as_name
from faultcast.data.readers import FILE, ROW, SourceFile, column_names, read_table
from faultcast.errors import GuessError

_MOST_LISTED = 12
_MOST_CATEGORIES = 50
_MOST_CLASSES = 20
_MARGIN = 1.2
_IDENTIFIER = re.compile(r"(^|_)(id|no|nr|number|index|row)s?$", re.IGNORECASE)
_BOOLEAN = Cells(type=ColumnType.BOOLEAN, required=False)
_NUMBER = Cells(type=ColumnType.NUMBER, min=-1e300, max=1e300, required=False)
_FOUND = (ROW, FILE)


@dataclass(frozen=True)
class ColumnGuess:
    """A column: its name, its header, its cells, and why that was guessed."""

    name: str
    header: str
    cells: Cells
    reason: str


@dataclass(frozen=True)
class CaseGuess:
    """Everything that a case's configuration says."""

    name: str
    columns: tuple[ColumnGuess, ...]
    left_out: tuple[str, ...]
    target: str
    classes: Cells
    commonest: float
    repeated: int


def guess_case(name: str, path: Path, target: str) -> CaseGuess:
    """Guess the configuration of a table.

    Raises:
        UnreadableFileError: the file cannot be read.
        GuessError: it has no such target, the target is no class, or no column can be used.
    """
    file = SourceFile(path, path)
    headers = [header for header in dict.fromkeys(column_names(file)) if header]
    if target not in headers:
        raise GuessError(path, f"the target {target}", headers)
    table = read_table(file, headers)
    guesses: dict[str, ColumnGuess] = {}
    for header in headers:
        if header != target and (cells := _cells(table[header], header)):
            column = as_name(header, "column")
            column = f"{column}_2" if column in (*guesses, "target") else column
            guesses[column] = ColumnGuess(column, header, *cells)
    if not guesses:
        raise GuessError(path, "something to learn from", headers)
    used = {guess.header for guess in guesses.values()} | {target}
    cells_only = table.drop(_FOUND)
    shares = table[target].drop_nulls().value_counts(normalize=True)["proportion"]
    return CaseGuess(
        name=name,
        columns=tuple(guesses.values()),
        left_out=tuple(header for header in headers if header not in used),
        target=target,
        classes=_classes(table[target], path, headers),
        commonest=float(shares.max()) if shares.len() else 0.0,  # type: ignore[arg-type]
        repeated=table.height - cells_only.n_unique(),
    )


def _classes(values: pl.Series, path: Path, headers: list[str]) -> Cells:
    known = _distinct(values)
    if _all_read(_BOOLEAN, known):
        return Cells(type=ColumnType.BOOLEAN)
    if not 1 < len(known) <= _MOST_CLASSES:
        raise GuessError(path, f"2 to {_MOST_CLASSES} classes in {values.name}", headers)
    return _listed(known)


def _cells(values: pl.Series, header: str) -> tuple[Cells, str] | None:
    """Return what a column holds, and why; None where it is left out."""
    known, required = _distinct(values), values.null_count() == 0
    there = values.len() - values.null_count()
    if not known:
        return None
    if len(known) == 2 and _all_read(_BOOLEAN, known):
        return Cells(type=ColumnType.BOOLEAN, required=required), "two values"
    if _all_read(_NUMBER, known):
        identifies = len(known) == there and _IDENTIFIER.search(header)
        number = _number(known, required)
        reason = "all that occur" if number.values else "the range, with some room"
        return None if identifies else (number, reason)
    if len(known) > min(_MOST_CATEGORIES, max(there // 5, 2)):
        return None
    return _listed(known, required), "all that occur"


def _number(known: list[str], required: bool) -> Cells:
    numbers = sorted(float(text) for text in known if _NUMBER.read(text) is not None)
    whole = all(number.is_integer() for number in numbers)
    if whole and len(numbers) <= _MOST_LISTED:
        values = tuple(int(number) for number in numbers)
        return Cells(type=ColumnType.INTEGER, values=values, required=required)
    low, high = _room(numbers[0], -1), _room(numbers[-1], 1)
    kind = ColumnType.INTEGER if whole and max(-low, high) <= LARGEST_COUNT else ColumnType.NUMBER
    return Cells(type=kind, min=low, max=high, required=required)


def _room(bound: float, direction: int) -> float:
    """Round a bound outwards to two digits, a fifth farther from 0; 0 stays a bound."""
    if bound * direction <= 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(bound) * _MARGIN)) - 1)
    return round(direction * math.ceil(abs(bound) * _MARGIN / step) * step, 9)


def _listed(known: list[str], required: bool = True) -> Cells:
    whole = all(re.fullmatch(r"-?\d{1,7}", text) for text in known)
    if whole:
        numbers = tuple(sorted(int(text) for text in known))
        return Cells(type=ColumnType.INTEGER, values=numbers, required=required)
    return Cells(type=ColumnType.CATEGORY, values=tuple(known), required=required)


def _distinct(values: pl.Series) -> list[str]:
    """Return the texts that occur, sorted, without those that mean a missing value."""
    texts = values.cast(pl.String).drop_nulls().unique().sort().to_list()
    return [text for text in texts if not _means_missing(text)]


def _means_missing(text: str) -> bool:
    try:
        return _NUMBER.read(text) is None
    except UnfitCellError:
        return False


def _all_read(cells: Cells, texts: list[str]) -> bool:
    try:
        return all(cells.read(text) is not None for text in texts)
    except UnfitCellError:
        return False
