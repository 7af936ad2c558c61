"""Train a plant: model and baseline, written with their manifest to `models/<plant>/`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.config.model import Model
from faultcast.config.plant import Plant
from faultcast.data.canonical import read_canonical
from faultcast.features.spec import FeatureSpec
from faultcast.files import replacing_folder
from faultcast.modeling.clock import Clock, Progress
from faultcast.modeling.dataset import Dataset, describe_parts, read_dataset
from faultcast.modeling.estimators import BASELINE
from faultcast.modeling.export_check import ExportCheck
from faultcast.modeling.ranking import Scores
from faultcast.modeling.trained_model import TrainedModel, train_model
from faultcast.scoring.logs import Logs, Machine
from faultcast.scoring.manifest import (
    BASELINE_FILE,
    MODEL_FILE,
    Input,
    Manifest,
    describe_outputs,
)

LIBRARIES = ("numpy", "onnx", "polars", "scikit-learn", "skl2onnx")


@dataclass(frozen=True)
class Training:
    """A finished training, for the experiment's record.

    `scores` are by part (train, validation) and target (each component, machine); `seconds`, by
    step, are for people and never written into an output. `check` compares the exported model with
    the trained one.
    """

    plant: str
    folder: Path
    manifest: Manifest
    model: Model
    scores: dict[str, dict[str, Scores]]
    seconds: dict[str, float]
    check: ExportCheck

    @property
    def parameters(self) -> dict[str, str | int | float | bool | None]:
        """The settings by which the model was fitted."""
        chosen = {"algorithm": self.model.algorithm.value, "seed": self.model.seed}
        members = self.model.members
        if len(members) == 1:
            return chosen | self.model.hyperparameters.model_dump()
        return chosen | {
            f"{member.algorithm.value}.{name}": value
            for member in members
            for name, value in member.hyperparameters.model_dump().items()
        }

    def metrics(self) -> dict[str, float]:
        """Return the scores by names such as `validation.machine.average_precision`."""
        scores = {
            f"{part}.{target}.{name}": value
            for part, targets in self.scores.items()
            for target, scores in targets.items()
            for name, value in scores.metrics().items()
        }
        return scores | {f"export.{name}": value for name, value in self.check.metrics().items()}


def train_plant(
    layout: Layout, plant: str, tell: Progress = lambda _: None, output: str = ""
) -> Training:
    """Train a plant's model and its baseline.

    Classifiers learn from the training part; calibration and threshold come from validation; of the
    test part only the features are read, to compare the exported model with the trained one.

    Args:
        layout: the project.
        plant: the plant's name.
        tell: is called with the name of each step when it begins.
        output: the folder of the project to write to; empty: `models/<plant>`.

    Raises:
        UnknownPlantError: the plant has no configuration.
        ConfigError: its configuration is faulty.
        StageNotRunError: its dataset is not there yet.
        OneClassError: a component fails less than twice in the training part.
        ExportError: an exported model forecasts otherwise than the trained one.
        DiskError: the model could not be written; the earlier one is untouched.
    """
    clock, settings = Clock(tell), load_plant(layout, plant)
    with clock.step("reading the dataset"):
        dataset = read_dataset(layout, settings)
    with clock.step("training the model"):
        model = train_model(settings, settings.model, dataset, MODEL_FILE)
    with clock.step("training the baseline"):
        baseline = train_model(settings, BASELINE, dataset, BASELINE_FILE)
    with clock.step("scoring"):
        parts = {"train": dataset.train, "validation": dataset.validation}
        scores = {name: model.scores(rows) for name, rows in parts.items()}
    manifest = _describe(layout, settings, dataset, model, baseline)
    folder = layout.root / output if output else layout.model(plant)
    _write(folder, manifest, (model, baseline))
    return Training(plant, folder, manifest, settings.model, scores, clock.seconds, model.check)


def _describe(
    layout: Layout, plant: Plant, dataset: Dataset, model: TrainedModel, baseline: TrainedModel
) -> Manifest:
    spec, horizons = FeatureSpec.from_plant(plant), tuple(sorted(plant.horizons))
    return Manifest(
        plant=plant.name,
        title=plant.title,
        horizon=plant.horizon,
        horizons=horizons,
        components=plant.components,
        alarm=plant.alarm,
        inputs=tuple(
            Input(name=name, unit=unit, usual=usual)
            for (name, unit), usual in zip(spec.units.items(), dataset.train.medians(), strict=True)
        ),
        outputs=describe_outputs(plant.components, plant.horizon, horizons),
        features=spec,
        logs=Logs.from_plant(plant, _machines(layout, plant.name)),
        model=model.description,
        baseline=baseline.description,
        dataset=describe_parts(layout, plant.name),
        versions={library: version(library) for library in LIBRARIES},
    )


def _machines(layout: Layout, plant: str) -> dict[str, Machine]:
    described = read_canonical(layout, plant).machines.sort("machine")
    return {
        row["machine"]: Machine(model=row["model"], installed=row["installed"])
        for row in described.iter_rows(named=True)
    }


def _write(folder: Path, manifest: Manifest, models: tuple[TrainedModel, ...]) -> None:
    with replacing_folder(folder) as draft:
        for model in models:
            (draft / model.description.file).write_bytes(model.graph)
        manifest.write(draft)
