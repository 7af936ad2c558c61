from dataclasses import replace
from datetime import timedelta

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from faultcast.config.model import Algorithm, Model
from faultcast.errors import ExportError
from faultcast.modeling.estimators import Indifferent, make_classifier
from faultcast.modeling.export import export
from faultcast.modeling.export_check import check_export
from faultcast.modeling.horizons import steps
from faultcast.modeling.plant_model import ComponentModel, PlantModel
from faultcast.scoring.manifest import CalibrationMethod, Knots, Line
from faultcast.scoring.session import Session

FEATURES = 5
CALIBRATION = Line(method=CalibrationMethod.SIGMOID, slope=0.8, intercept=-1.2, failures=9)
KNOTS = Knots(
    method=CalibrationMethod.ISOTONIC,
    log_odds=(-4.0, -1.5, -1.4, 0.3),
    calibrated=(-5.0, -4.5, -4.0, 1.0),
    failures=12,
)
HOURS = [timedelta(hours=hours) for hours in (2, 6, 24, 72)]
STEPS = list(steps(HOURS[2], (HOURS[3], HOURS[0], HOURS[1])))

values = st.one_of(st.just(np.nan), st.floats(-1e6, 1e6, width=32), st.floats(-3, 3, width=32))
matrices = arrays(np.float32, st.tuples(st.integers(1, 20), st.just(FEATURES)), elements=values)


SMALL = {
    "hist_gradient_boosting": {"max_iter": 30},
    "extra_trees": {"n_estimators": 32},
    "random_forest": {"n_estimators": 32},
}


def fitted(algorithm: Algorithm) -> PlantModel:
    random = np.random.default_rng(1)
    features = random.normal(size=(600, FEATURES)).astype(np.float32)
    features[:, 1] += 10_000  # far from 0, where neighbours in float32 are 0.001 apart
    gaps = np.where(random.random(features.shape) < 0.05, np.float32(np.nan), features)
    few = Model.model_validate({"algorithm": algorithm, **SMALL})

    def components(seed: int) -> dict[str, ComponentModel]:
        noise = np.random.default_rng(seed)
        made = {}
        for number, component in enumerate(("pump", "belt", "valve")):
            shown = features[:, number] - features[:, number].mean()
            classifier = make_classifier(few).fit(gaps, shown + noise.normal(size=600) > 1.5)
            made[component] = ComponentModel(classifier, KNOTS if number == 1 else CALIBRATION)
        return made

    return PlantModel(components(0), {step: components(seed) for seed, step in enumerate(STEPS, 1)})


MODELS = {algorithm: fitted(algorithm) for algorithm in Algorithm}
SESSIONS = {algorithm: Session(export(model, FEATURES)) for algorithm, model in MODELS.items()}


@pytest.mark.parametrize("algorithm", Algorithm)
@given(features=matrices)
@settings(max_examples=40)
def test_exported_model_forecasts_as_the_trained_one(
    algorithm: Algorithm, features: np.ndarray
) -> None:
    trained = MODELS[algorithm].outputs(features)
    exported = SESSIONS[algorithm].outputs(features)
    assert exported.dtype == np.float32
    assert exported == pytest.approx(trained, abs=1e-5)


@pytest.mark.parametrize("algorithm", Algorithm)
@given(features=matrices)
@settings(max_examples=40)
def test_probabilities_are_probabilities_and_never_fall_with_the_horizon(
    algorithm: Algorithm, features: np.ndarray
) -> None:
    outputs = SESSIONS[algorithm].outputs(features)
    assert outputs.shape == (len(features), 4 * len(HOURS))
    assert ((outputs >= 0) & (outputs <= 1)).all()
    main, two, six, longest = np.hsplit(outputs, 4)
    for shorter, longer in ((two, six), (six, main), (main, longest)):
        assert (shorter <= longer).all()
    for probabilities in (main, two, six, longest):
        assert (probabilities[:, -1:] >= probabilities).all()


def test_main_horizon_alone_is_the_same_as_among_others() -> None:
    features = np.random.default_rng(2).normal(size=(40, FEATURES)).astype(np.float32)
    session = SESSIONS[Algorithm.HIST_GRADIENT_BOOSTING]
    assert np.array_equal(session.probabilities(features), session.outputs(features)[:, :4])


def test_extreme_probabilities_keep_the_order_of_the_horizons() -> None:
    components = MODELS[Algorithm.LOGISTIC_REGRESSION].components
    features = np.random.default_rng(3).normal(size=(300, FEATURES)).astype(np.float32)
    for intercepts in ((-30, 30), (30, -30), (-30, -30), (30, 30), (-12, -9), (9, 12)):
        main, other = (
            {
                name: ComponentModel(
                    fitted.classifier, CALIBRATION.model_copy(update={"intercept": intercept})
                )
                for name, fitted in components.items()
            }
            for intercept in map(float, intercepts)
        )
        graph = export(PlantModel(main, dict.fromkeys(STEPS, other)), FEATURES)
        at_24, at_2, at_6, at_72 = np.hsplit(Session(graph).outputs(features), 4)
        assert ((at_2 <= at_6) & (at_6 <= at_24) & (at_24 <= at_72) & (at_72 <= 1)).all()
        assert (at_2 >= 0).all()


def test_machine_is_never_below_a_component_however_small_the_probabilities() -> None:
    rare = CALIBRATION.model_copy(update={"intercept": -18.0})
    model = MODELS[Algorithm.HIST_GRADIENT_BOOSTING].components
    quiet = PlantModel({name: replace(each, calibration=rare) for name, each in model.items()}, {})
    features = np.random.default_rng(3).normal(size=(500, FEATURES)).astype(np.float32)
    probabilities = Session(export(quiet, FEATURES)).probabilities(features)
    assert probabilities[:, :-1].max() < 1e-6
    assert (probabilities[:, -1:] >= probabilities).all()


def test_every_constant_of_a_graph_is_used() -> None:
    """ONNX Runtime would warn of others whenever the model is loaded."""
    components = MODELS[Algorithm.LOGISTIC_REGRESSION].components
    for bent in (CALIBRATION, KNOTS):
        pump = replace(components["pump"], calibration=bent)
        graph = onnx.load_from_string(export(PlantModel({"pump": pump}, {}), FEATURES)).graph
        used = {name for node in graph.node for name in node.input}
        assert {weight.name for weight in graph.initializer} <= used


def test_step_without_a_lesson_adds_its_share_alone() -> None:
    always = ComponentModel(Indifferent(), CALIBRATION)
    main = MODELS[Algorithm.LOGISTIC_REGRESSION].components["pump"]
    model = PlantModel({"pump": main}, {STEPS[-1]: {"pump": always}})
    features = np.random.default_rng(4).normal(size=(30, FEATURES)).astype(np.float32)
    exported = Session(export(model, FEATURES)).outputs(features)
    assert exported == pytest.approx(model.outputs(features), abs=1e-5)
    share = 1 / (1 + np.exp(1.2))
    assert exported[:, 2] == pytest.approx(exported[:, 0] * (1 - share) + share, abs=1e-5)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_forecast_of_a_row_does_not_depend_on_the_rows_beside_it(algorithm: Algorithm) -> None:
    random, session = np.random.default_rng(5), SESSIONS[algorithm]
    features = random.normal(size=(1000, FEATURES)).astype(np.float32)
    features[random.random(features.shape) < 0.05] = np.nan
    alone = np.vstack([session.outputs(row[None, :]) for row in features])
    for count in (*range(2, 70), 127, 128, 129, 255, 256, 257, 1000):
        first = int(random.integers(len(features) - count + 1))
        together = session.outputs(features[first : first + count])
        assert np.array_equal(together, alone[first : first + count])


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
        model = PlantModel({"pump": ComponentModel(classifier, CALIBRATION)}, {})
        before = model.probabilities(shifted)
        exported = Session(export(model, 1)).probabilities(shifted)
        assert exported == pytest.approx(before, abs=1e-6)


def test_same_model_gives_the_same_bytes_without_date_or_place() -> None:
    algorithm = Algorithm.HIST_GRADIENT_BOOSTING
    first, again = (export(fitted(algorithm), FEATURES) for _ in range(2))
    assert first == again


def test_exported_model_that_forecasts_otherwise_is_refused() -> None:
    features = np.random.default_rng(0).normal(size=(50, FEATURES)).astype(np.float32)
    features[:, 1] += 10_000
    model, session = (each[Algorithm.LOGISTIC_REGRESSION] for each in (MODELS, SESSIONS))
    check = check_export("press", model, session, 0.2, features)
    assert (check.rows, check.ties) == (50, 0)
    assert check.difference <= 1e-5
    bent = CALIBRATION.model_copy(update={"intercept": -1.19})
    other = replace(model.components["pump"], calibration=bent)
    for changed in (
        replace(model, components={**model.components, "pump": other}),
        replace(model, further={**model.further, STEPS[-1]: dict(model.components)}),
    ):
        with pytest.raises(ExportError, match=r"plant press.*differ by up to"):
            check_export("press", changed, session, 0.2, features)


def test_rows_on_the_threshold_are_counted_as_ties() -> None:
    features = np.random.default_rng(0).normal(size=(50, FEATURES)).astype(np.float32)
    features[:, 1] += 10_000
    model, session = (each[Algorithm.LOGISTIC_REGRESSION] for each in (MODELS, SESSIONS))
    trained, exported = (each.probabilities(features)[:, -1] for each in (model, session))
    row = int(np.argmax(np.abs(trained - exported)))
    threshold = max(float(trained[row]), float(exported[row]))
    assert check_export("press", model, session, threshold, features).ties >= 1
