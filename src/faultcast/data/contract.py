"""The contract of a plant's data: rules checked with Pandera, every broken one told by its row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from faultcast.config.plant import Repair
from faultcast.data.readers import FILE, ROW
from faultcast.errors import Violation

_EMPTY = "is empty"
_FILL = "Fill it in, or remove the row"


@dataclass(frozen=True)
class Rule:
    """What no row may be.

    `broken` marks the rows of a frame that break it; `problem` may show the `column`'s `value`, or
    the row's `machine` and `time`; `header` is the column's name in the files; `repair` mends it
    where the plant allows that.
    """

    name: str
    broken: Callable[[pl.DataFrame], pl.Series]
    problem: str
    remedy: str
    column: str | None = None
    header: str | None = None
    repair: Repair | None = None


@dataclass(frozen=True)
class Contract:
    """The rules for one kind of records.

    `types` are those of all canonical columns, `required` are the columns that may not be empty,
    with their names in the files.
    """

    types: Mapping[str, pl.DataType]
    required: Mapping[str, str]
    rules: Sequence[Rule]

    def violations(self, frame: pl.DataFrame) -> list[Violation]:
        """List each row that breaks a rule, in the order of the rules."""
        try:
            self._schema().validate(frame, lazy=True)
        except SchemaErrors as broken:
            return list(self._told(frame, broken.failure_cases))
        return []

    def _schema(self) -> pa.DataFrameSchema:
        columns = {
            name: pa.Column(dtype, nullable=name not in self.required, checks=self._checks(name))
            for name, dtype in self.types.items()
        }
        return pa.DataFrameSchema(columns, checks=self._checks(None))

    def _checks(self, column: str | None) -> list[pa.Check]:
        return [_check(rule) for rule in self.rules if rule.column == column]

    def _told(self, frame: pl.DataFrame, cases: pl.DataFrame) -> Iterator[Violation]:
        """Turn Pandera's failure cases (check, column and index of the row) into violations."""
        for (check, column), rows in cases.group_by("check", "column", maintain_order=True):
            failing = frame[rows["index"]]
            rule = next((rule for rule in self.rules if rule.name == check), None)
            yield from _row_violations(rule or self._emptiness(str(column)), failing)

    def _emptiness(self, column: str) -> Rule:
        header = self.required[column]
        return Rule("not_nullable", _never, _EMPTY, _FILL, column, header)


def _check(rule: Rule) -> pa.Check:
    def holds(data: Any) -> pl.LazyFrame:
        frame = data.lazyframe.collect()
        return (~rule.broken(frame)).alias("holds").to_frame().lazy()

    return pa.Check(holds, name=rule.name, error=rule.name)


def _never(frame: pl.DataFrame) -> pl.Series:
    return pl.repeat(False, frame.height, eager=True)


def _row_violations(rule: Rule, failing: pl.DataFrame) -> Iterator[Violation]:
    files = {name: Path(name) for name in failing[FILE].unique().cast(pl.String)}
    told = failing.select(pl.col(FILE).cast(pl.String), ROW, _problem(rule, failing.schema))
    for file, row, problem in told.iter_rows():
        yield Violation(files[file], problem, rule.remedy, row, rule.header)


def _problem(rule: Rule, schema: pl.Schema) -> pl.Expr:
    """Fill the places of a rule's problem with each row's values."""
    words: list[pl.Expr] = []
    for text, place, _, _ in Formatter().parse(rule.problem):
        words.append(pl.lit(text))
        if place:
            words.append(_shown(rule.column if place == "value" and rule.column else place, schema))
    return pl.concat_str(words).alias("problem")


def _shown(name: str, schema: pl.Schema) -> pl.Expr:
    column = pl.col(name)
    text = column.dt.strftime("%Y-%m-%d %H:%M:%S UTC") if schema[name].is_temporal() else column
    return text.cast(pl.String).fill_null("nothing")
