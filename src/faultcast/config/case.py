"""The configuration of a plain-table case: `configs/cases/<case>.yaml`."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, StrictInt, StrictStr, model_validator

from faultcast.config.cells import Cells, ColumnType
from faultcast.config.frozen import Frozen
from faultcast.config.gate import GateTerms, Score
from faultcast.config.model import Algorithm
from faultcast.config.plant import Column, Name, Share

Class = bool | int | str

FEWEST_CLASSES = 2
TARGET = "target"


class CaseColumn(Cells):
    """A column of the table that the model reads."""

    column: Column | None = Field(default=None, description="the table's column, if other")
    trusted: bool = Field(
        default=False,
        description="true: it is known before the answer is, however well it alone tells it",
    )


class TargetType(StrEnum):
    """What the classes of a target are."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    CATEGORY = "category"


class TargetColumn(Frozen):
    """What is forecast: one of a few classes."""

    column: Column = Field(description="the table's column that holds the answer")
    type: TargetType
    values: tuple[StrictInt | StrictStr, ...] = Field(
        default=(), description="the classes, two or more; a boolean has false and true"
    )
    positive: StrictInt | StrictStr | None = Field(
        default=None, description="which of two classes is the one that one asks for"
    )
    meaning: str = Field(description="what the answer says, for example: survived the sinking")

    @property
    def classes(self) -> tuple[Class, ...]:
        """The classes in the order of the model's probabilities."""
        return (False, True) if self.type is TargetType.BOOLEAN else self.values

    @property
    def positive_class(self) -> Class | None:
        """Which class a forecast of two asks for; None where there are more."""
        return True if self.type is TargetType.BOOLEAN else self.positive

    @property
    def cells(self) -> Cells:
        """What the target's cells may hold."""
        return Cells(type=ColumnType(self.type.value), values=self.values)

    def index_of(self, value: object) -> int:
        """Return the place of a cell's class among the classes.

        Raises:
            UnfitCellError: it is empty, or none of them.
        """
        return self.classes.index(self.cells.read(value))

    @model_validator(mode="after")
    def _classes_agree(self) -> Self:
        _ = self.cells
        if len(self.classes) < FEWEST_CLASSES:
            raise ValueError("a target needs two classes or more in values")
        wanted = len(self.classes) == FEWEST_CLASSES and self.type is not TargetType.BOOLEAN
        if wanted and self.positive not in self.values:
            raise ValueError("positive: say which of the two values is asked for")
        if not wanted and self.positive is not None:
            raise ValueError("positive: only for a target of two values, not for a boolean or more")
        return self


class CaseSplit(Frozen):
    """Which rows are kept for the evaluation; drawn with the same share of each class."""

    test: Share = Field(default=0.2, description="share of the rows for the evaluation alone")
    seed: int = Field(default=0, ge=0, description="seed of the draw")


class Duplicates(StrEnum):
    """What rows mean that equal another in all columns."""

    REFUSE = "refuse"
    KEEP = "keep"


class CaseModel(Frozen):
    """How the model is fitted."""

    algorithm: Algorithm = Algorithm.HIST_GRADIENT_BOOSTING
    seed: int = Field(default=0, ge=0, description="seed of everything drawn in the training")


class CaseGate(GateTerms):
    """What a model must reach, in cross-validation on the training part and on the test part."""

    min_accuracy: Score = Field(description="cross-validated share of rows forecast right")
    min_roc_auc: Score = Field(
        description="cross-validated; of more than two classes the mean, each against all others"
    )
    max_loss_to_baseline: Score = Field(
        default=0.05, description="test accuracy by which the baseline may be better"
    )


class Case(Frozen):
    """A plain-table case: a row a thing, its columns, and which class it belongs to.

    Its table is `data/external/<case>.csv`.
    """

    name: Name
    title: str = Field(description="the case's name for people")
    columns: dict[Name, CaseColumn] = Field(min_length=1, description="what the model reads")
    target: TargetColumn
    duplicates: Duplicates = Field(
        default=Duplicates.REFUSE,
        description="keep: rows that are alike are different things; refuse: they are mistakes",
    )
    split: CaseSplit = CaseSplit()
    model: CaseModel = CaseModel()
    gate: CaseGate

    def header(self, name: str) -> str:
        """Return how the table calls a column."""
        return self.columns[name].column or name

    @model_validator(mode="after")
    def _names_are_free(self) -> Self:
        if TARGET in self.columns:
            raise ValueError(f"columns: {TARGET!r} is reserved; name it otherwise, with column:")
        return self

    @model_validator(mode="after")
    def _headers_differ(self) -> Self:
        headers = [*map(self.header, self.columns), self.target.column]
        for header in headers:
            if headers.count(header) > 1:
                raise ValueError(
                    f"the table's column {header!r} is named twice; no model may read its target"
                )
        return self
