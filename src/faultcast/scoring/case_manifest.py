"""The manifest beside a case's model: its signature, what its inputs may hold, how it was made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from faultcast.config.case import Class, TargetColumn
from faultcast.config.cells import Cells
from faultcast.config.frozen import Frozen
from faultcast.config.model import Algorithm
from faultcast.config.plant import Name
from faultcast.scoring.manifest import Count, Part, Sha256
from faultcast.scoring.manifest_file import read_manifest, write_manifest

TRAIN_STAGE = "case_train"

Score = Annotated[float, Field(ge=0, le=1)]


class CaseInput(Cells):
    """A tensor [rows, 1] that the model reads; a missing number is NaN, a missing category ""."""

    name: Name
    tensor: Literal["float32", "string"]
    example: bool | int | float | str = Field(description="what is usual in the training part")

    @model_validator(mode="after")
    def _tensor_fits(self) -> Self:
        if (self.tensor == "string") != self.is_text:
            raise ValueError(f"a {self.type} is no tensor of type {self.tensor}")
        return self


class CaseOutput(Frozen):
    """The probability of a class: a column of the output `probabilities` [rows, classes]."""

    name: str
    type: Literal["float32"] = "float32"
    unit: Literal["1"] = "1"


class CaseExport(Frozen):
    """An ONNX file of the model's folder, and how its model scored in cross-validation."""

    file: str
    sha256: Sha256
    algorithm: Algorithm
    accuracy: Score
    roc_auc: Score


class CaseProvenance(Frozen):
    """The two parts; the test part took no part in fitting or in choosing anything."""

    train: Part
    test: Part


class CaseManifest(Frozen):
    """A trained case: signature, classes, provenance."""

    kind: Literal["case"] = "case"
    case: Name
    title: str
    inputs: tuple[CaseInput, ...]
    target: TargetColumn
    outputs: tuple[CaseOutput, ...]
    model: CaseExport
    baseline: CaseExport
    folds: Count = Field(description="folds of the cross-validation, on the training part")
    dataset: CaseProvenance
    versions: dict[str, str]

    @model_validator(mode="after")
    def _signature_agrees(self) -> Self:
        if tuple(column.name for column in self.outputs) != output_names(self.target):
            raise ValueError("outputs: not a probability for each class")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that a row needs, in their order."""
        return tuple(column.name for column in self.inputs)

    @property
    def example(self) -> dict[str, bool | int | float | str]:
        """A row that the model can read."""
        return {column.name: column.example for column in self.inputs}

    @classmethod
    def read(cls, folder: Path) -> CaseManifest:
        """Read the manifest of a case's folder.

        Raises:
            StageNotRunError: there is none.
            ManifestError: it cannot be read, or is that of a plant.
        """
        return read_manifest(folder, cls, TRAIN_STAGE)

    def write(self, folder: Path) -> None:
        """Write the manifest into a model's folder."""
        write_manifest(folder, self)


def output_names(target: TargetColumn) -> tuple[str, ...]:
    """Name the probabilities: `probability_true`, `probability_setosa`."""
    return tuple(f"probability_{class_name(one)}" for one in target.classes)


def class_name(value: Class) -> str:
    """Write a class as text, a boolean as in JSON."""
    return str(value).lower() if isinstance(value, bool) else str(value)
