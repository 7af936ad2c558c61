"""The manifest beside an exported model: all that a forecast needs to know about it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from faultcast.config.duration import Duration
from faultcast.config.frozen import Frozen
from faultcast.config.model import Algorithm
from faultcast.config.plant import Alarm, Name
from faultcast.features.spec import FeatureSpec
from faultcast.scoring.logs import Logs
from faultcast.scoring.manifest_file import read_manifest, write_manifest

MODEL_FILE, BASELINE_FILE = "model.onnx", "baseline.onnx"
MACHINE = "machine"

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class CalibrationMethod(StrEnum):
    """How a classifier's log-odds become probabilities."""

    SIGMOID = "sigmoid"
    NONE = "none"


class Calibration(Frozen):
    """A component's probability is 1 / (1 + exp(-(slope * log-odds + intercept)))."""

    method: CalibrationMethod
    slope: float = Field(gt=0, allow_inf_nan=False)
    intercept: float = Field(allow_inf_nan=False)
    failures: Count = Field(description="failures of the component in the validation part")


class ExportedModel(Frozen):
    """An ONNX file of the model's folder: how it was made and when it raises an alarm."""

    file: str
    sha256: Sha256
    algorithm: Algorithm
    calibration: dict[Name, Calibration]
    threshold: float = Field(
        ge=0, le=1, description="the machine's probability from which an alarm stands"
    )


class Input(Frozen):
    """A column that the model reads; a missing value is NaN."""

    name: str
    type: Literal["float32"] = "float32"
    unit: str
    usual: float | None = Field(
        allow_inf_nan=False, description="the training part's median; null where it had no value"
    )


class Output(Frozen):
    """A probability that the model gives."""

    name: str
    type: Literal["float32"] = "float32"
    unit: Literal["1"] = "1"


class Part(Frozen):
    """A part of the dataset that the model was made from."""

    rows: Count
    sha256: Sha256


class Provenance(Frozen):
    """The three parts; the test part was neither read for fitting nor for choosing anything."""

    train: Part
    validation: Part
    test: Part


class Manifest(Frozen):
    """A trained plant model: signature, horizon, alarm, calibration, provenance."""

    plant: Name
    title: str
    horizon: Duration
    components: tuple[Name, ...]
    alarm: Alarm
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    features: FeatureSpec
    logs: Logs
    model: ExportedModel
    baseline: ExportedModel
    dataset: Provenance
    versions: dict[str, str]

    @model_validator(mode="after")
    def _signature_agrees(self) -> Self:
        if tuple(column.name for column in self.inputs) != self.features.names:
            raise ValueError("inputs: not the features in their order")
        if tuple(column.name for column in self.outputs) != probability_names(self.components):
            raise ValueError("outputs: not a probability for each component and the machine")
        return self

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a model's folder.

        Raises:
            StageNotRunError: there is none.
            ManifestError: it cannot be read.
        """
        return read_manifest(folder, cls, "train")

    def write(self, folder: Path) -> None:
        """Write the manifest into a model's folder; its keys stay in order, as features do."""
        write_manifest(folder, self)


def probability_names(components: tuple[str, ...]) -> tuple[str, ...]:
    """Name the columns of a forecast: each component's probability, then the machine's."""
    return tuple(f"probability_{name}" for name in (*components, MACHINE))
