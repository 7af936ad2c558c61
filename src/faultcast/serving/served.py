"""The models that are being served: each can be replaced while requests are on their way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

from faultcast.config.duration import format_duration
from faultcast.errors import ManifestError
from faultcast.scoring.case_forecaster import CaseForecaster
from faultcast.scoring.case_manifest import CaseManifest
from faultcast.scoring.forecaster import Forecaster
from faultcast.scoring.manifest import MACHINE, Manifest
from faultcast.scoring.manifest_file import model_kind

VERSION_FILE = "version.json"


@dataclass(frozen=True)
class ServedPlant:
    """A plant's model with what a request needs of it."""

    name: str
    folder: Path
    version: str
    model: Forecaster

    @property
    def manifest(self) -> Manifest:
        """What the model's folder says of it."""
        return self.model.manifest

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The names of the model's outputs."""
        return tuple(output.name for output in self.manifest.outputs)

    @property
    def machine_output(self) -> int:
        """Which output is the machine's probability over the main horizon."""
        return len(self.manifest.components)

    @cached_property
    def horizon(self) -> str:
        """The main horizon, that of the risk."""
        return format_duration(self.manifest.horizon)

    @cached_property
    def component_outputs(self) -> tuple[tuple[int, str, str], ...]:
        """Place, component and horizon of each output that is of a component."""
        return tuple(
            (place, output.target, format_duration(output.horizon))
            for place, output in enumerate(self.manifest.outputs)
            if output.target != MACHINE
        )

    @cached_property
    def further_outputs(self) -> tuple[tuple[int, str], ...]:
        """Place and horizon of the machine's outputs over further horizons."""
        return tuple(
            (place, format_duration(output.horizon))
            for place, output in enumerate(self.manifest.outputs)
            if output.target == MACHINE and place != self.machine_output
        )

    @cached_property
    def take_inputs(self) -> itemgetter[Any]:
        """Take the model's inputs from a row, in their order."""
        return itemgetter(*self.manifest.features.names)


@dataclass(frozen=True)
class ServedCase:
    """A case's model."""

    name: str
    folder: Path
    version: str
    model: CaseForecaster

    @property
    def manifest(self) -> CaseManifest:
        """What the model's folder says of it."""
        return self.model.manifest


ServedModel = ServedPlant | ServedCase


@dataclass
class Served:
    """The models by name; a request keeps the one that it began with.

    `refused` tells of models that were found in a folder and could not take the place of the one
    that serves.
    """

    plants: dict[str, ServedPlant] = field(default_factory=dict)
    cases: dict[str, ServedCase] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, models: Iterable[ServedModel]) -> Served:
        """Serve these models."""
        served = cls()
        for model in models:
            served.replace(model)
        return served

    def replace(self, model: ServedModel) -> None:
        """Serve a model from now on, in the place of the one of its name."""
        if isinstance(model, ServedPlant):
            self.plants = {**self.plants, model.name: model}
        else:
            self.cases = {**self.cases, model.name: model}
        self.refused.pop(model.name, None)

    @property
    def models(self) -> list[ServedModel]:
        """All models, plants first."""
        return [*self.plants.values(), *self.cases.values()]

    @property
    def only(self) -> ServedModel | None:
        """The model, where there is just one."""
        return self.models[0] if len(self.models) == 1 else None


def load_model(folder: Path) -> ServedModel:
    """Load the model of a plant or of a case.

    Raises:
        StageNotRunError: the folder holds no model.
        ManifestError: its manifest or its version cannot be read.
        ModelFileError: the model is not the one that the manifest describes.
    """
    if model_kind(folder) == "case":
        case = CaseForecaster.load(folder)
        version = version_of(folder, case.manifest.model.sha256)
        return ServedCase(case.manifest.case, folder, version, case)
    plant = Forecaster.load(folder)
    version = version_of(folder, plant.manifest.model.sha256)
    return ServedPlant(plant.manifest.plant, folder, version, plant)


def version_of(folder: Path, sha256: str) -> str:
    """Return the registry's version; of a model from no registry, the beginning of its hash."""
    path = folder / VERSION_FILE
    if not path.is_file():
        return f"sha256:{sha256[:12]}"
    try:
        return str(orjson.loads(path.read_bytes())["version"])
    except (KeyError, TypeError, orjson.JSONDecodeError):
        raise ManifestError(path, 'not a JSON object with the key "version"') from None
