"""What the training's report tells of a training."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from faultcast.config.model import Algorithm
from faultcast.modeling.ranking import Scores
from faultcast.reporting.training import (
    calibration_table,
    file_table,
    headline,
    score_table,
    summary,
)
from faultcast.scoring.manifest import CalibrationMethod, Knots, Line
from tests.unit.reporting.forecasts import EVALUATION
from tests.unit.reporting.plants import PLANT


@pytest.fixture
def training() -> Any:
    calibration = Line(method=CalibrationMethod.SIGMOID, slope=0.9, intercept=-0.25, failures=4)
    knots = Knots(
        method=CalibrationMethod.ISOTONIC,
        log_odds=(-3.0, 0.0),
        calibrated=(-4.0, 1.0),
        failures=11,
    )
    model = SimpleNamespace(
        algorithm=Algorithm.HIST_GRADIENT_BOOSTING,
        threshold=0.2,
        calibration={"pump": calibration},
        further_calibration={"72h": {"pump": knots}},
    )
    manifest = SimpleNamespace(
        model=model, components=PLANT.components, inputs=("heat",), horizon=PLANT.horizon
    )
    of_train = {"pump": Scores(0.99, 1.0, 0.001), "machine": Scores(0.98, 0.999, 0.002)}
    of_validation = {"machine": Scores(0.7, 0.9, 0.01)}
    return SimpleNamespace(
        manifest=manifest, scores={"train": of_train, "validation": of_validation}
    )


def test_the_headline_names_algorithm_score_and_threshold(training: Any) -> None:
    shown = repr(headline(training))
    assert "algorithm: gradient boosting" in shown
    assert "average precision on validation: 0.700" in shown
    assert "alarm threshold: 20\u00a0%" in shown


def test_training_and_validation_stand_side_by_side(training: Any) -> None:
    pump, machine = score_table(training, EVALUATION).frame.iter_rows(named=True)
    assert (pump["Component"], machine["Component"]) == ("pump", "any component")
    assert pump["AP, training"] == 0.99
    expected = EVALUATION.targets["pump"].model.scores.average_precision
    assert pump["AP, validation"] == expected
    assert machine["AP, chance"] == EVALUATION.machine.chance


def test_the_calibration_is_shown_for_each_component_and_horizon(training: Any) -> None:
    assert calibration_table(training).frame.rows() == [
        ("12h", "pump", 4, "sigmoid", "0.90 · z -0.25"),
        ("72h", "pump", 11, "isotonic", "through 2 knots"),
    ]


def test_the_summary_says_what_a_forecast_means() -> None:
    text = summary(PLANT).replace("\u00a0", " ")
    assert "each of 2 components" in text
    assert "in the next 12 h" in text


def test_written_files_are_listed_with_their_sizes(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(bytes(2048))
    (tmp_path / "manifest.json").write_bytes(bytes(512))
    frame = file_table(tmp_path).frame
    assert frame["File"].to_list() == ["manifest.json", "model.onnx"]
    assert frame["Size"].to_list() == ["0.5\u00a0KiB", "2\u00a0KiB"]
