import os

import numpy as np
import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.config.model import Algorithm, Model
from faultcast.modeling.dataset import Dataset, LabelledRows, read_dataset
from faultcast.modeling.plant_model import PlantModel, fit_plant_model
from tests.unit.modeling.press import PLANT


@pytest.fixture(scope="module")
def dataset(project: Layout) -> Dataset:
    return read_dataset(project, PLANT)


def fit(dataset: Dataset, algorithm: Algorithm = Algorithm.HIST_GRADIENT_BOOSTING) -> PlantModel:
    model = Model(algorithm=algorithm)
    horizons = PLANT.horizon, PLANT.horizons
    return fit_plant_model(model, PLANT.components, horizons, dataset.train, dataset.validation)


def test_machine_fails_when_any_component_does(dataset: Dataset) -> None:
    pump, belt, machine = fit(dataset).probabilities(dataset.validation.features).T
    assert machine == pytest.approx(pump + belt - pump * belt)


def test_calibration_brings_forecasts_to_the_level_of_what_happens(dataset: Dataset) -> None:
    model, rows = fit(dataset), dataset.validation
    for number, component in enumerate(PLANT.components):
        forecast = model.probabilities(rows.features)[:, number].mean()
        assert forecast == pytest.approx(rows.failing(component).mean(), rel=0.25)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_number_of_processors_changes_no_probability(
    dataset: Dataset, algorithm: Algorithm, monkeypatch: pytest.MonkeyPatch
) -> None:
    forecasts = []
    for processors in (1, 4):
        monkeypatch.setattr(os, "cpu_count", lambda count=processors: count)
        forecasts.append(fit(dataset, algorithm).probabilities(dataset.validation.features))
    assert np.array_equal(*forecasts)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_sensor_without_any_reading_does_not_stop_a_training(
    dataset: Dataset, algorithm: Algorithm
) -> None:
    silent = [name for name in dataset.train.names if name.startswith("heat")]
    train, validation = (
        LabelledRows(
            rows.frame.with_columns(pl.lit(None, pl.Float32).alias(name) for name in silent),
            rows.names,
        )
        for rows in (dataset.train, dataset.validation)
    )
    model = fit(Dataset(train, validation, dataset.failures, dataset.unlabelled), algorithm)
    heard = dataset.validation.features
    assert np.isfinite(model.probabilities(validation.features)).all()
    assert np.isfinite(model.probabilities(heard)).all()
