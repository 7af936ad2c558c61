from __future__ import annotations

from pathlib import Path

import optuna
import pytest
import yaml

from faultcast.config.experiment import ExperimentSet, load_experiment_set
from faultcast.config.layout import Layout
from faultcast.errors import ConfigError, UnknownExperimentError
from faultcast.experiments.variation import combinations, draw, write_variation


def experiment_set(**more: object) -> ExperimentSet:
    content = {"name": "x", "title": "X", "vary": {"model.algorithm": ["a", "b"]}} | more
    return ExperimentSet.model_validate(content)


def test_every_combination_is_drawn_as_it_is_written() -> None:
    vary = {"features.windows": [["3h"], ["3h", "24h"]], "model.seed": [0, 1]}
    experiments = experiment_set(vary=vary)
    study = optuna.create_study()
    for combination in combinations(experiments):
        study.enqueue_trial(combination)
    drawn = [draw(experiments, study.ask()) for _ in range(4)]
    assert drawn == [
        {"features.windows": windows, "model.seed": seed}
        for windows in (["3h"], ["3h", "24h"])
        for seed in (0, 1)
    ]
    assert experiments.combinations == 4


def test_ranges_give_whole_numbers_where_both_ends_are() -> None:
    vary = {"model.seed": {"low": 1, "high": 9}, "split.training": {"low": 0.5, "high": 1}}
    drawn = draw(experiment_set(vary=vary, trials=1), optuna.create_study().ask())
    assert isinstance(drawn["model.seed"], int)
    assert isinstance(drawn["split.training"], float)


def test_a_variation_replaces_settings_and_keeps_the_rest(tmp_path: Path) -> None:
    source, target = tmp_path / "plant.yaml", tmp_path / "varied.yaml"
    source.write_text("title: Würzburg\nmodel: {seed: 3}\n", encoding="utf-8")
    write_variation(source, target, {"model.algorithm": "x", "features.windows": ["3h"]})
    assert yaml.safe_load(target.read_text(encoding="utf-8")) == {
        "title": "Würzburg",
        "model": {"seed": 3, "algorithm": "x"},
        "features": {"windows": ["3h"]},
    }


@pytest.mark.parametrize(
    ("vary", "first_look", "stage"),
    [
        ({"model.seed": [1]}, None, "train"),
        ({"model.seed": [1]}, 0.5, "dataset"),
        ({"split.training": [0.5]}, None, "dataset"),
        ({"model.seed": [1], "features.stride": ["1h"]}, 0.5, "features"),
    ],
)
def test_stages_run_from_the_first_that_the_settings_matter_to(
    vary: dict[str, object], first_look: float | None, stage: str
) -> None:
    assert experiment_set(vary=vary, first_look=first_look).first_stage == stage


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: x\nvary: {telemetry.path: [a]}", "telemetry.path"),
        ("title: x\nvary: {}", "vary"),
        ("title: x\nvary: {model.seed: {low: 2, high: 1}}\ntrials: 3", "not below"),
        ("title: x\nvary: {model.seed: {low: 0, high: 9, log: true}}\ntrials: 3", "above 0"),
        ("title: x\nvary: {model.seed: {low: 0, high: 9}}", "trials"),
        ("title: x\nvary: {model.seed: [1]}\ntrails: 3", "unknown key"),
    ],
)
def test_a_faulty_set_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    folder = tmp_path / "configs" / "experiments"
    folder.mkdir(parents=True)
    (folder / "odd.yaml").write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_experiment_set(Layout(tmp_path), "odd")
    with pytest.raises(UnknownExperimentError, match="there are: odd"):
        load_experiment_set(Layout(tmp_path), "old")


def test_the_sets_of_the_project_can_be_read() -> None:
    layout = Layout.find()
    for path in (layout.root / "configs" / "experiments").glob("*.yaml"):
        assert load_experiment_set(layout, path.stem).title
