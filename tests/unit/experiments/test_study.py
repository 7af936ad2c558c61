from __future__ import annotations

from pathlib import Path

import pytest

from faultcast.config.experiment import ExperimentSet
from faultcast.errors import ExperimentError
from faultcast.experiments.study import FAULT, PlantStudy, ranked
from faultcast.experiments.variation import draw

RANGE = {"model.seed": {"low": 0, "high": 1000}, "split.training": {"low": 0.1, "high": 1}}


def experiment_set(**more: object) -> ExperimentSet:
    return ExperimentSet.model_validate(
        {"name": "x", "title": "X", "vary": RANGE, "trials": 8} | more
    )


def values(study: PlantStudy, count: int) -> list[dict[str, object]]:
    drawn = []
    for _ in range(count):
        trial = study.ask()
        drawn.append(draw(study.experiments, trial))
        study.complete(trial, float(drawn[-1]["model.seed"]))
    return drawn


def test_a_set_that_was_broken_off_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = values(PlantStudy.open(experiment_set(), "mill", tmp_path / "a", ""), 8)
    first = values(PlantStudy.open(experiment_set(), "mill", tmp_path / "b", ""), 3)
    resumed = PlantStudy.open(experiment_set(), "mill", tmp_path / "b", "")
    assert len(resumed.ended) == 3
    assert first + values(resumed, 5) == whole


@pytest.mark.parametrize("drawn", [True, False])
def test_a_trial_of_a_killed_run_is_made_again(tmp_path: Path, drawn: bool) -> None:
    whole = values(PlantStudy.open(experiment_set(), "mill", tmp_path / "a", ""), 8)
    killed = PlantStudy.open(experiment_set(), "mill", tmp_path / "b", "")
    first = values(killed, 3)
    begun = killed.ask()
    if drawn:
        draw(killed.experiments, begun)
    resumed = PlantStudy.open(experiment_set(), "mill", tmp_path / "b", "")
    assert len(resumed.ended) == 3
    assert first + values(resumed, 5) == whole
    assert [trial.number for trial in resumed.ended] == list(range(8))


def test_a_killed_trial_draws_its_own_values_though_a_later_one_has_ended(tmp_path: Path) -> None:
    whole = values(PlantStudy.open(experiment_set(), "mill", tmp_path / "a", ""), 2)
    killed = PlantStudy.open(experiment_set(), "mill", tmp_path / "b", "")
    killed.ask()
    values(killed, 1)
    resumed = PlantStudy.open(experiment_set(), "mill", tmp_path / "b", "")
    assert values(resumed, 1) == whole[:1]


def test_a_trial_that_had_failed_when_it_was_killed_is_not_made_again(tmp_path: Path) -> None:
    killed = PlantStudy.open(experiment_set(), "mill", tmp_path, "")
    killed.ask().set_user_attr(FAULT, "no failures")
    resumed = PlantStudy.open(experiment_set(), "mill", tmp_path, "")
    assert len(resumed.ended) == 1
    assert resumed.ask().number == 1


def test_a_choice_of_a_killed_run_is_not_lost_before_it_is_drawn(tmp_path: Path) -> None:
    experiments = experiment_set(vary={"model.seed": [1, 2, 3]}, trials=None)
    PlantStudy.open(experiments, "mill", tmp_path, "").ask()
    resumed = PlantStudy.open(experiments, "mill", tmp_path, "")
    assert sorted(one["model.seed"] for one in values(resumed, 3)) == [1, 2, 3]  # type: ignore[type-var]


def test_other_data_or_settings_begin_anew(tmp_path: Path) -> None:
    values(PlantStudy.open(experiment_set(), "mill", tmp_path, "monday's data"), 2)
    assert PlantStudy.open(experiment_set(), "mill", tmp_path, "tuesday's data").ended == []
    assert PlantStudy.open(experiment_set(seed=1), "mill", tmp_path, "monday's data").ended == []
    more = PlantStudy.open(experiment_set(trials=20), "mill", tmp_path, "monday's data")
    assert len(more.ended) == 2


def test_a_list_of_choices_is_tried_whole_and_once(tmp_path: Path) -> None:
    experiments = experiment_set(vary={"model.seed": [1, 2, 3]}, trials=None)
    study = PlantStudy.open(experiments, "mill", tmp_path, "")
    assert study.wanted == 3
    assert sorted(one["model.seed"] for one in values(study, 3)) == [1, 2, 3]  # type: ignore[type-var]
    assert len(PlantStudy.open(experiments, "mill", tmp_path, "").ended) == 3


def test_a_trial_that_fails_is_kept_with_its_reason_and_not_ranked(tmp_path: Path) -> None:
    study = PlantStudy.open(experiment_set(), "mill", tmp_path, "")
    values(study, 2)
    study.fail(study.ask(), ExperimentError("x/3", "no failures"))
    assert [FAULT in trial.user_attrs for trial in study.ended] == [False, False, True]
    assert len(ranked(study.ended)) == 2


def test_a_trial_that_falls_behind_is_given_up(tmp_path: Path) -> None:
    study = PlantStudy.open(experiment_set(first_look=0.5), "mill", tmp_path, "")
    for value in (0.7, 0.8, 0.9, 0.8):
        trial = study.ask()
        draw(study.experiments, trial)
        trial.report(value, step=0)
        assert not trial.should_prune()
        study.complete(trial, value)
    trial = study.ask()
    draw(study.experiments, trial)
    trial.report(0.1, step=0)
    assert trial.should_prune()
    study.prune(trial)
    assert len(study.ended) == 5
