"""A case from its table to an exported model: three classes, text and gaps included."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.config.load import load_case
from faultcast.config.model import Algorithm
from faultcast.errors import CaseRowsError, ExportError, LeakError, ManifestError, ModelFileError
from faultcast.modeling.case_estimators import make_pipeline_of
from faultcast.modeling.case_export import check_case_export, export_case
from faultcast.modeling.case_rows import read_case_part
from faultcast.modeling.case_train import CaseTraining, train_case
from faultcast.scoring.case_forecaster import CaseForecaster
from faultcast.scoring.manifest import Manifest
from faultcast.scoring.manifest_file import model_kind
from tests.unit.modeling.fruit import CONFIG, fruit, write_case_dataset

PLUM = {"weight": 55, "length": 5, "colour": "yellow", "spots": 3, "stalk": True}


@pytest.fixture(scope="session")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return write_case_dataset(tmp_path_factory.mktemp("fruit"), fruit())


@pytest.fixture(scope="session")
def training(layout: Layout) -> CaseTraining:
    return train_case(layout, "fruit")


@pytest.fixture(scope="session")
def forecaster(training: CaseTraining) -> CaseForecaster:
    return CaseForecaster.load(training.folder)


def test_three_kinds_of_fruit_are_told_apart(
    layout: Layout, training: CaseTraining, forecaster: CaseForecaster
) -> None:
    assert training.scores.accuracy > 0.85
    assert training.scores.roc_auc > 0.95
    test = read_case_part(layout, load_case(layout, "fruit"), "test")
    forecast = forecaster.forecast(test.frame)
    places = np.array(["apple", "pear", "plum"]).tolist()
    right = [places.index(one) for one in forecast.classes] == test.classes
    assert right.mean() > 0.85
    assert forecast.probabilities.shape == (test.frame.height, 3)
    assert forecast.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_the_exported_model_forecasts_the_whole_test_set_as_the_trained_one(
    layout: Layout, training: CaseTraining, algorithm: Algorithm
) -> None:
    case = load_case(layout, "fruit")
    train, test = (read_case_part(layout, case, part) for part in ("train", "test"))
    pipeline = make_pipeline_of(case, algorithm).fit(train.inputs, train.classes)
    graph = export_case(case, pipeline)
    exported = CaseForecaster(training.manifest, graph).forecast(test.frame)
    check_case_export(case, pipeline, test, exported)
    assert exported.probabilities == pytest.approx(pipeline.predict_proba(test.inputs), abs=1e-5)
    exported.probabilities[0] += 2e-5
    with pytest.raises(ExportError, match="case fruit: the exported model"):
        check_case_export(case, pipeline, test, exported)


def test_the_same_data_give_the_same_bytes(layout: Layout, training: CaseTraining) -> None:
    again = train_case(layout, "fruit", output="models/again")
    for file in ("model.onnx", "baseline.onnx", "manifest.json"):
        assert (again.folder / file).read_bytes() == (training.folder / file).read_bytes()


def test_rows_from_outside_and_from_the_table_mean_the_same(
    layout: Layout, forecaster: CaseForecaster
) -> None:
    """One path: what training read of the file, serving reads of JSON and of text."""
    test = read_case_part(layout, load_case(layout, "fruit"), "test").frame.drop("target")
    sent = test.to_dicts()
    text = [{name: "" if one is None else str(one) for name, one in row.items()} for row in sent]
    whole = forecaster.forecast(test).probabilities
    assert np.array_equal(forecaster.predict(sent).probabilities, whole)
    assert np.array_equal(forecaster.predict(text).probabilities, whole)


@pytest.mark.parametrize("column", ["weight", "colour", "stalk"])
def test_a_missing_value_is_forecast_too(forecaster: CaseForecaster, column: str) -> None:
    without = {name: value for name, value in PLUM.items() if name != column}
    assert forecaster.predict([without]).classes == ["plum"]


@pytest.mark.parametrize("column", ["weight", "length", "colour"])
def test_every_column_that_tells_something_moves_the_forecast(
    forecaster: CaseForecaster, column: str
) -> None:
    between = {"weight": 190, "length": 9.5, "colour": "green", "spots": 3, "stalk": True}
    other = {"weight": 120, "length": 7, "colour": "red"}[column]
    plain, changed = forecaster.predict([between, {**between, column: other}]).probabilities
    assert abs(plain - changed).max() > 0.05


def test_an_unknown_category_is_refused_before_scoring(forecaster: CaseForecaster) -> None:
    with pytest.raises(CaseRowsError, match="row 2, column colour: 'blue' is not one of"):
        forecaster.predict([PLUM, {**PLUM, "colour": "blue"}])


def test_no_rows_have_no_forecasts(forecaster: CaseForecaster) -> None:
    empty = forecaster.predict([])
    assert empty.classes == []
    assert empty.probabilities.shape == (0, 3)


def test_the_manifests_example_is_a_row_that_can_be_sent(forecaster: CaseForecaster) -> None:
    example = forecaster.manifest.example
    assert set(example) == set(PLUM)
    assert len(forecaster.predict([example]).classes) == 1


def test_a_column_that_copies_the_target_is_a_suspected_leak(tmp_path: Path) -> None:
    codes = {"apple": 3, "pear": 8, "plum": 1}
    told = fruit().with_columns(spots=pl.col("kind").replace_strict(codes))
    layout = write_case_dataset(tmp_path, told)
    with pytest.raises(LeakError, match=r"fruit\.csv, column spots: a suspected leak") as caught:
        train_case(layout, "fruit")
    assert caught.value.exit_code == 2
    assert not layout.model("fruit").exists()
    trusted = CONFIG.replace("max: 50}", "max: 50, trusted: true}")
    layout = write_case_dataset(tmp_path, told, trusted)
    assert train_case(layout, "fruit").scores.accuracy == pytest.approx(1, abs=0.01)


def test_models_of_plants_and_cases_are_told_apart(training: CaseTraining, tmp_path: Path) -> None:
    assert model_kind(training.folder) == "case"
    with pytest.raises(ManifestError):
        Manifest.read(training.folder)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(ManifestError):
        model_kind(tmp_path)


def test_a_model_of_another_training_is_refused(training: CaseTraining, tmp_path: Path) -> None:
    for file in training.folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "baseline.onnx").replace(tmp_path / "model.onnx")
    with pytest.raises(ModelFileError):
        CaseForecaster.load(tmp_path)
