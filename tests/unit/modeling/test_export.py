from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from faultcast.config.model import Algorithm, Model
from faultcast.errors import ExportError
from faultcast.modeling.estimators import make_classifier
from faultcast.modeling.export import check_export, export
from faultcast.modeling.plant_model import ComponentModel, PlantModel
from faultcast.scoring.manifest import Calibration, CalibrationMethod
from faultcast.scoring.session import Session

FEATURES = 5
CALIBRATION = Calibration(method=CalibrationMethod.SIGMOID, slope=0.8, intercept=-1.2, failures=9)

values = st.one_of(st.just(np.nan), st.floats(-1e6, 1e6, width=32), st.floats(-3, 3, width=32))
matrices = arrays(np.float32, st.tuples(st.integers(1, 20), st.just(FEATURES)), elements=values)


def fitted(algorithm: Algorithm) -> PlantModel:
    random = np.random.default_rng(1)
    features = random.normal(size=(600, FEATURES)).astype(np.float32)
    features[:, 1] += 10_000  # far from 0, where neighbours in float32 are 0.001 apart
    gaps = np.where(random.random(features.shape) < 0.05, np.float32(np.nan), features)
    components = {}
    for number, component in enumerate(("pump", "belt", "valve")):
        failing = features[:, number] - features[:, number].mean() + random.normal(size=600) > 1.5
        classifier = make_classifier(Model(algorithm=algorithm)).fit(gaps, failing)
        components[component] = ComponentModel(classifier, CALIBRATION)
    return PlantModel(components)


MODELS = {algorithm: fitted(algorithm) for algorithm in Algorithm}
SESSIONS = {algorithm: Session(export(model, FEATURES)) for algorithm, model in MODELS.items()}


@pytest.mark.parametrize("algorithm", Algorithm)
@given(features=matrices)
@settings(max_examples=50)
def test_exported_model_forecasts_as_the_trained_one(
    algorithm: Algorithm, features: np.ndarray
) -> None:
    trained = MODELS[algorithm].probabilities(features)
    exported = SESSIONS[algorithm].probabilities(features)
    assert exported.dtype == np.float32
    assert exported == pytest.approx(trained, abs=1e-5)


@pytest.mark.parametrize("algorithm", Algorithm)
@given(features=matrices)
@settings(max_examples=50)
def test_probabilities_are_probabilities_and_the_machines_is_the_highest(
    algorithm: Algorithm, features: np.ndarray
) -> None:
    probabilities = SESSIONS[algorithm].probabilities(features)
    assert probabilities.shape == (len(features), 4)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert (probabilities[:, -1:] >= probabilities).all()


def test_machine_is_never_below_a_component_however_small_the_probabilities() -> None:
    rare = CALIBRATION.model_copy(update={"intercept": -18.0})
    model = MODELS[Algorithm.HIST_GRADIENT_BOOSTING].components
    quiet = PlantModel({name: replace(each, calibration=rare) for name, each in model.items()})
    features = np.random.default_rng(3).normal(size=(500, FEATURES)).astype(np.float32)
    probabilities = Session(export(quiet, FEATURES)).probabilities(features)
    assert probabilities[:, :-1].max() < 1e-6
    assert (probabilities[:, -1:] >= probabilities).all()


@given(features=matrices)
@settings(max_examples=30)
def test_forecast_of_a_row_does_not_depend_on_the_rows_beside_it(features: np.ndarray) -> None:
    session = SESSIONS[Algorithm.HIST_GRADIENT_BOOSTING]
    together = session.probabilities(features)
    alone = np.vstack([session.probabilities(row[None, :]) for row in features])
    assert np.array_equal(together, alone)


TREES = [algorithm for algorithm in Algorithm if algorithm is not Algorithm.LOGISTIC_REGRESSION]


@pytest.mark.parametrize("algorithm", TREES)
def test_row_on_a_split_takes_the_same_branch_as_in_training(algorithm: Algorithm) -> None:
    """Neighbours in float32 whose middle rounds to the upper one, as the converter would do."""
    lower = np.float32(10_000)
    upper = np.nextafter(lower, np.float32(np.inf))
    features = np.repeat(np.array([[lower], [upper]], dtype=np.float32), 300, axis=0)
    for shift in range(4):
        shifted = features + np.float32(shift) * (upper - lower)
        failing = shifted[:, 0] > shifted[0, 0]
        classifier = make_classifier(Model(algorithm=algorithm)).fit(shifted, failing)
        model = PlantModel({"pump": ComponentModel(classifier, CALIBRATION)})
        before = model.probabilities(shifted)
        exported = Session(export(model, 1)).probabilities(shifted)
        assert exported == pytest.approx(before, abs=1e-6)


def test_same_model_gives_the_same_bytes_without_date_or_place() -> None:
    algorithm = Algorithm.HIST_GRADIENT_BOOSTING
    first, again = (export(fitted(algorithm), FEATURES) for _ in range(2))
    assert first == again


def test_exported_model_that_forecasts_otherwise_is_refused() -> None:
    algorithm = Algorithm.LOGISTIC_REGRESSION
    features = np.random.default_rng(0).normal(size=(50, FEATURES)).astype(np.float32)
    features[:, 1] += 10_000
    model = MODELS[algorithm]
    assert check_export("press", model, SESSIONS[algorithm], features) <= 1e-5
    bent = CALIBRATION.model_copy(update={"intercept": -1.19})
    other = replace(model.components["pump"], calibration=bent)
    with pytest.raises(ExportError, match=r"plant press.*differ by up to"):
        check_export(
            "press",
            PlantModel({**model.components, "pump": other}),
            SESSIONS[algorithm],
            features,
        )
