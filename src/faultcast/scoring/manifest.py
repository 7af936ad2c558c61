"""The manifest beside an exported model: all that a forecast needs to know about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from faultcast.config.duration import Duration, horizon_name
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
Finite = Annotated[float, Field(allow_inf_nan=False)]


class CalibrationMethod(StrEnum):
    """How a classifier's log-odds become probabilities."""

    ISOTONIC = "isotonic"
    SIGMOID = "sigmoid"
    NONE = "none"


class Line(Frozen):
    """Calibrated log-odds are slope * log-odds + intercept: the sigmoid, or none."""

    method: Literal[CalibrationMethod.SIGMOID, CalibrationMethod.NONE]
    slope: Finite = Field(gt=0)
    intercept: Finite
    failures: Count = Field(description="failures in the validation part")


class Knots(Frozen):
    """Calibrated log-odds run from knot to knot in straight lines; outside their slope is 1."""

    method: Literal[CalibrationMethod.ISOTONIC]
    log_odds: tuple[Finite, ...] = Field(min_length=1, description="the classifier's, increasing")
    calibrated: tuple[Finite, ...] = Field(min_length=1, description="what they become, increasing")
    failures: Count = Field(description="failures in the validation part")


Calibration = Annotated[Line | Knots, Field(discriminator="method")]


class ExportedModel(Frozen):
    """An ONNX file of the model's folder: how it was made and when it raises an alarm."""

    file: str
    sha256: Sha256
    algorithm: Algorithm
    calibration: dict[Name, Calibration]
    further_calibration: dict[str, dict[Name, Calibration]] = Field(
        default={}, description="by further horizon and component"
    )
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
    """A probability that the model gives: that a component, or the machine, fails in a horizon."""

    name: str
    target: Name
    horizon: Duration
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
    horizons: tuple[Duration, ...] = Field(description="further ones, shortest first")
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
        if self.outputs != describe_outputs(self.components, self.horizon, self.horizons):
            raise ValueError("outputs: not a probability for each horizon, component and machine")
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


def describe_outputs(
    components: Sequence[str], horizon: timedelta, further: Sequence[timedelta]
) -> tuple[Output, ...]:
    """Describe a forecast's columns: components and machine over the main horizon, then others.

    They are named `probability_<component>` and `probability_machine`, over further horizons
    `probability_<component>_<horizon>` and `probability_machine_<horizon>`.
    """
    return tuple(
        Output(name=probability_name(target, named), target=target, horizon=named or horizon)
        for named in (None, *further)
        for target in (*components, MACHINE)
    )


def probability_name(target: str, horizon: timedelta | None = None) -> str:
    """Name the probability of a component or the machine; a further horizon is named."""
    return f"probability_{horizon_name(target, horizon) if horizon else target}"
