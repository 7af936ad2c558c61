import errno
import json
from pathlib import Path

import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.config.model import Algorithm
from faultcast.errors import DiskError, OneClassError, UnknownPlantError
from faultcast.modeling.train import Training, train_plant
from faultcast.scoring.forecaster import Forecaster
from faultcast.scoring.manifest import Manifest
from tests.unit.modeling.press import PLANT, SPEC, write_project
from tests.unit.modeling.test_dataset import change


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_training_in_another_folder_gives_the_same_bytes(
    training: Training, tmp_path: Path
) -> None:
    again = train_plant(write_project(tmp_path / "elsewhere"), "press")
    assert contents(again.folder) == contents(training.folder)
    assert set(contents(again.folder)) == {"model.onnx", "baseline.onnx", "manifest.json"}


def test_manifest_holds_neither_place_nor_time_of_the_training(training: Training) -> None:
    text = (training.folder / "manifest.json").read_text()
    assert str(training.folder) not in text
    assert not {"seconds", "date", "host"} & set(json.loads(text))


def test_test_part_changes_nothing_but_its_hash(training: Training, tmp_path: Path) -> None:
    layout = write_project(tmp_path)
    change(layout, "test", ~pl.col("^label_.*$"), pl.col("^heat.*$") * 3)
    other = train_plant(layout, "press").manifest
    assert other.model == training.manifest.model
    assert other.baseline == training.manifest.baseline
    assert other.dataset.test.sha256 != training.manifest.dataset.test.sha256


@pytest.mark.parametrize("part", ["train", "validation"])
def test_training_and_validation_do_change_the_model(
    training: Training, tmp_path: Path, part: str
) -> None:
    layout = write_project(tmp_path)
    change(layout, part, pl.col("^heat.*$") * 1.1)
    assert train_plant(layout, "press").manifest.model != training.manifest.model


def test_model_and_baseline_forecast_from_what_was_written(training: Training) -> None:
    manifest = training.manifest
    assert manifest.model.algorithm is Algorithm.AVERAGE
    assert manifest.baseline.algorithm is Algorithm.LOGISTIC_REGRESSION
    for load in (Forecaster.load, Forecaster.load_baseline):
        forecast = load(training.folder).forecast(
            pl.DataFrame({name: [20.0, None] for name in SPEC.names})
        )
        assert forecast.columns == [output.name for output in manifest.outputs]
        assert forecast.null_count().sum_horizontal().item() == 0


def test_scores_of_both_parts_beat_chance(training: Training) -> None:
    metrics = training.metrics()
    for part in ("train", "validation"):
        for target in (*PLANT.components, "machine"):
            assert metrics[f"{part}.{target}.average_precision"] > 0.4
            assert metrics[f"{part}.{target}.roc_auc"] > 0.8


def test_parameters_name_algorithm_seed_and_settings(training: Training) -> None:
    parameters = training.parameters
    assert parameters["algorithm"] == "average"
    assert parameters["seed"] == 0
    assert "hist_gradient_boosting.learning_rate" in parameters
    assert parameters["logistic_regression.others"] is None


def test_each_step_is_told_when_it_begins(tmp_path: Path) -> None:
    told: list[str] = []
    done = train_plant(write_project(tmp_path), "press", told.append)
    assert told == list(done.seconds)


def test_another_folder_gets_the_model_and_the_plants_own_stays_untouched(tmp_path: Path) -> None:
    layout = write_project(tmp_path)
    trained = train_plant(layout, "press", output="models/trial")
    assert trained.folder == tmp_path / "models" / "trial"
    assert "manifest.json" in contents(trained.folder)
    assert not layout.model("press").exists()


def test_failed_training_leaves_the_earlier_model_untouched(tmp_path: Path) -> None:
    layout = write_project(tmp_path)
    folder = train_plant(layout, "press").folder
    before = contents(folder)
    change(layout, "train", pl.lit(False).alias("label_pump"))
    with pytest.raises(OneClassError):
        train_plant(layout, "press")
    assert contents(folder) == before


def test_full_disk_leaves_the_earlier_model_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = write_project(tmp_path)
    folder = train_plant(layout, "press").folder
    before = contents(folder)
    change(layout, "train", pl.col("^heat.*$") * 1.1)

    def full(_manifest: Manifest, _folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Manifest, "write", full)
    with pytest.raises(DiskError, match="No space left"):
        train_plant(layout, "press")
    assert contents(folder) == before


def test_unknown_plant_is_refused(project: Layout) -> None:
    with pytest.raises(UnknownPlantError, match="known plants: press"):
        train_plant(project, "presss")
