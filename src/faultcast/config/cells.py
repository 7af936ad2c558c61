"""What a cell of a plain table may hold, and how text, JSON or Python's values become one.

Training reads its table and serving its requests by the same function, so that both mean the same.
"""

from __future__ import annotations

import math
import re
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictInt, StrictStr, model_validator

from faultcast.config.frozen import Frozen

# Numbers and booleans are numbers, categories are text; None is a missing value.
Cell = float | str | None

LARGEST_COUNT = 2**24  # float32 counts no farther without gaps
_MISSING = {"", "na", "n/a", "nan", "none", "null"}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_TRUTH = {
    **dict.fromkeys(("true", "yes", "1", "1.0"), 1.0),
    **dict.fromkeys(("false", "no", "0", "0.0"), 0.0),
}


class UnfitCellError(ValueError):
    """A value that a column cannot hold; the message says why, without its place."""


class ColumnType(StrEnum):
    """What the cells of a column are."""

    NUMBER = "number"
    INTEGER = "integer"
    CATEGORY = "category"
    BOOLEAN = "boolean"


class Cells(Frozen):
    """The cells of a column: their type, what they may hold, and what they mean."""

    type: ColumnType
    values: Annotated[
        tuple[StrictInt | StrictStr, ...],
        Field(description="the categories (text, in quotes where YAML needs it), or the integers"),
    ] = ()
    min: float | None = Field(default=None, allow_inf_nan=False, description="lowest possible")
    max: float | None = Field(default=None, allow_inf_nan=False, description="highest possible")
    required: bool = Field(default=True, description="false: the cell may be empty")
    unit: str = Field(default="", description="unit of the numbers, for example years")
    meaning: str = Field(default="", description="what it is, for reports and the API's page")

    @model_validator(mode="after")
    def _says_what_is_allowed(self) -> Self:
        if fault := _fault(self):
            raise ValueError(fault)
        return self

    @property
    def is_text(self) -> bool:
        """Whether its cells are text; all others are numbers."""
        return self.type is ColumnType.CATEGORY

    def read(self, value: object) -> Cell:
        """Return what a value means in this column.

        Args:
            value: text of a file or an address, or a value of JSON; None and NaN are missing.

        Returns:
            A category's text; a number; 1 or 0 for a boolean; None where it is missing.

        Raises:
            UnfitCellError: the column cannot hold it.
        """
        text = value.strip() if isinstance(value, str) else value
        if self.is_text:
            return self._category(text)
        if _is_missing(text):
            return self._missing()
        return self._boolean(text) if self.type is ColumnType.BOOLEAN else self._number(text)

    def _category(self, value: object) -> Cell:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if text in self.values:
            return str(text)
        if _is_missing(text):
            return self._missing()
        raise UnfitCellError(f"{value!r} is not one of {', '.join(map(str, self.values))}")

    def _missing(self) -> Cell:
        if self.required:
            raise UnfitCellError("is empty, and the column needs a value")
        return None

    def _boolean(self, value: object) -> float:
        truth = _TRUTH.get(str(value).lower()) if isinstance(value, str | int | float) else None
        if truth is None:
            raise UnfitCellError(f"{value!r} is neither true nor false")
        return truth

    def _number(self, value: object) -> float:
        number = _as_number(value)
        if self.type is ColumnType.INTEGER and not number.is_integer():
            raise UnfitCellError(f"{value!r} is not a whole number")
        if self.values and number not in self.values:
            raise UnfitCellError(f"{value!r} is not one of {', '.join(map(str, self.values))}")
        if self.min is not None and number < self.min:
            raise UnfitCellError(f"{value!r} is below the lowest possible value, {self.min:g}")
        if self.max is not None and number > self.max:
            raise UnfitCellError(f"{value!r} is above the highest possible value, {self.max:g}")
        return number


def _is_missing(value: object) -> bool:
    if isinstance(value, str):
        return value.lower() in _MISSING
    return value is None or (isinstance(value, float) and math.isnan(value))


def _as_number(value: object) -> float:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    if plain or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        number = float(value)  # type: ignore[arg-type]  # one of the three by the line above
        if math.isfinite(number):
            return number
    comma = isinstance(value, str) and _NUMBER.fullmatch(value.replace(",", ".", 1))
    raise UnfitCellError(
        f"{value!r} is not a number{', write decimals with a point' if comma else ''}"
    )


def _fault(cells: Cells) -> str | None:
    """Say what is wrong with the settings of a column."""
    bounds = [bound for bound in (cells.min, cells.max) if bound is not None]
    ranged, listed = bool(bounds), bool(cells.values)
    match cells.type:
        case ColumnType.CATEGORY if ranged or not listed:
            return "a category needs values, the list of what occurs, and no min or max"
        case ColumnType.BOOLEAN if ranged or listed:
            return "a boolean has no values, min or max"
        case ColumnType.NUMBER if listed or len(bounds) < 2:
            return "a number needs min and max, the range of what is possible, and no values"
        case ColumnType.INTEGER if listed == ranged or len(bounds) == 1:
            return "an integer needs either values or both min and max"
    if len(bounds) == 2 and bounds[0] >= bounds[1]:
        return f"min {bounds[0]:g} is not below max {bounds[1]:g}"
    return _list_fault(cells, bounds)


def _list_fault(cells: Cells, bounds: list[float]) -> str | None:
    wanted = str if cells.is_text else int
    if any(type(value) is not wanted for value in cells.values):
        kind = "text: put them in quotation marks" if cells.is_text else "whole numbers"
        return f"the values of a column of type {cells.type} are {kind}"
    if len({*cells.values}) != len(cells.values):
        return "a value stands twice in values"
    numbers = [*bounds, *(value for value in cells.values if isinstance(value, int))]
    if cells.type is ColumnType.INTEGER and max(map(abs, numbers)) > LARGEST_COUNT:
        return f"integers beyond {LARGEST_COUNT:,} are not told apart: use number or category"
    return None
