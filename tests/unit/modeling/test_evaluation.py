import json
from pathlib import Path

import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.errors import FeatureColumnsError, StageNotRunError
from faultcast.modeling.evaluation import Evaluation, evaluate_plant
from faultcast.modeling.train import Training, train_plant
from tests.unit.modeling.press import PLANT, write_project
from tests.unit.modeling.test_dataset import change


@pytest.fixture(scope="module")
def evaluation(project: Layout, training: Training) -> Evaluation:
    assert training.plant == "press"
    return evaluate_plant(project, "press")


def numbers(value: object) -> list[object]:
    return (
        [leaf for each in value.values() for leaf in numbers(each)]
        if isinstance(value, dict)
        else [value]
    )


def test_every_component_and_the_machine_are_judged(evaluation: Evaluation) -> None:
    assert list(evaluation.targets) == [*PLANT.components, "machine"]
    assert evaluation.machine is evaluation.targets["machine"]


def test_model_and_baseline_beat_chance_on_rows_they_never_saw(evaluation: Evaluation) -> None:
    for target in evaluation.targets.values():
        for judged in (target.model, target.baseline):
            assert judged.scores.average_precision > 5 * target.chance
            assert judged.scores.roc_auc > 0.8
            assert judged.calibration_error < 0.05


def test_chance_is_the_share_of_rows_before_a_failure(
    project: Layout, evaluation: Evaluation
) -> None:
    test = pl.read_parquet(project.dataset("press") / "test.parquet")
    assert evaluation.rows == test.height
    assert evaluation.machine.chance == pytest.approx(test["label_machine"].mean())


def test_failures_are_announced_within_the_accepted_false_alarms(evaluation: Evaluation) -> None:
    alarms = evaluation.alarms
    assert alarms.announced >= 0.8 * alarms.failures.height > 5
    assert alarms.false_alarms_per_machine_month < 2 * PLANT.alarm.max_false_alarms


def test_metrics_are_nested_numbers_that_json_holds(evaluation: Evaluation) -> None:
    metrics = evaluation.metrics()
    assert json.loads(json.dumps(metrics, allow_nan=False)) == metrics
    assert all(isinstance(leaf, int | float) for leaf in numbers(metrics))
    assert metrics["targets"]["machine"]["chance"]["roc_auc"] == 0.5


def test_component_that_does_not_fail_in_the_test_part_has_no_ranking_scores(
    tmp_path: Path,
) -> None:
    layout = write_project(tmp_path)
    train_plant(layout, "press")
    change(layout, "test", pl.lit(False).alias("label_belt"))
    found = evaluate_plant(layout, "press")
    assert set(found.metrics()["targets"]["belt"]["model"]) == {"brier", "calibration_error"}
    assert set(found.plots()["precision_recall"]["target"]) == {"pump", "machine"}


def test_curves_name_target_and_model(evaluation: Evaluation) -> None:
    for name in ("precision_recall", "reliability"):
        curve = evaluation.plots()[name]
        assert curve.columns[:2] == ["target", "model"]
        assert set(curve["model"]) == {"model", "baseline"}
        assert set(curve["target"]) == set(evaluation.targets)


def test_evaluation_is_the_same_each_time(project: Layout, evaluation: Evaluation) -> None:
    again = evaluate_plant(project, "press")
    assert again.metrics() == evaluation.metrics()
    assert again.alarms.failures.equals(evaluation.alarms.failures)


def test_missing_model_names_the_stage_that_trains_it(tmp_path: Path) -> None:
    layout = write_project(tmp_path)
    with pytest.raises(StageNotRunError, match=r"manifest\.json.*dvc repro train@press"):
        evaluate_plant(layout, "press")


def test_test_part_of_other_features_is_refused(tmp_path: Path) -> None:
    layout = write_project(tmp_path)
    train_plant(layout, "press")
    path = layout.dataset("press") / "test.parquet"
    pl.read_parquet(path).drop("heat_last").write_parquet(path)
    with pytest.raises(FeatureColumnsError, match="heat_last"):
        evaluate_plant(layout, "press")


def test_further_horizons_are_judged_where_their_labels_are_known(evaluation: Evaluation) -> None:
    judged = evaluation.metrics()["horizons"]
    assert set(judged) == {"6h", "48h"}
    for targets in judged.values():
        assert set(targets) == {"pump", "belt", "machine"}
        assert targets["machine"]["average_precision"] > 0.3
        assert 0 <= targets["machine"]["calibration_error"] < 0.1
