"""The models that are being served: each can be replaced while requests are on their way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from pathlib import Path

import orjson

from faultcast.scoring.forecaster import Forecaster
from faultcast.scoring.manifest import Manifest

VERSION_FILE = "version.json"


@dataclass(frozen=True)
class ServedPlant:
    """A plant's model with what a request needs of it."""

    name: str
    folder: Path
    version: str
    model: Forecaster

    @classmethod
    def load(cls, folder: Path) -> ServedPlant:
        """Load a model's folder.

        Raises:
            StageNotRunError: the folder holds no model.
            ManifestError: its manifest cannot be read.
            ModelFileError: the model is not the one that the manifest describes.
        """
        model = Forecaster.load(folder)
        return cls(model.manifest.plant, folder, _version(folder, model.manifest), model)

    @property
    def manifest(self) -> Manifest:
        """What the model's folder says of it."""
        return self.model.manifest

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The names of the model's outputs."""
        return tuple(output.name for output in self.manifest.outputs)

    @cached_property
    def take_inputs(self) -> itemgetter[tuple[object, ...]]:
        """Take the model's inputs from a row, in their order."""
        return itemgetter(*self.manifest.features.names)


class Served:
    """The models by plant; a request keeps the one that it began with."""

    def __init__(self, plants: Iterable[ServedPlant]) -> None:
        self._plants = {plant.name: plant for plant in plants}

    @property
    def plants(self) -> dict[str, ServedPlant]:
        """The plants' models at this moment."""
        return self._plants

    def replace(self, plant: ServedPlant) -> None:
        """Serve a plant's other model from now on."""
        self._plants = {**self._plants, plant.name: plant}


def _version(folder: Path, manifest: Manifest) -> str:
    """Return the registry's version; of a model from no registry, the beginning of its hash."""
    path = folder / VERSION_FILE
    if not path.is_file():
        return f"sha256:{manifest.model.sha256[:12]}"
    return str(orjson.loads(path.read_bytes())["version"])
