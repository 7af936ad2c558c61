"""The Titanic case: its scores, the answers that must hold, and that sex is not lost on the way."""

import os
import shutil
from pathlib import Path

import pytest
import yaml

from faultcast.config.layout import Layout
from faultcast.config.load import load_case
from faultcast.data.case_table import read_case_table
from faultcast.data.tables import write_dataset
from faultcast.features.case_split import split_case
from faultcast.modeling.case_train import CaseTraining, train_case
from faultcast.scoring.case_forecaster import CaseForecaster

PROJECT = Layout(Path(__file__).parents[3])
DATA = Path(
    os.environ.get("FAULTCAST_TITANIC_DATA", PROJECT.root.parent / "shared" / "data" / "titanic")
)


def train(layout: Layout) -> CaseTraining:
    case = load_case(layout, "titanic")
    write_dataset(
        layout, "titanic", dict(split_case(read_case_table(layout, case), case.split).items())
    )
    return train_case(layout, "titanic")


@pytest.fixture(scope="session")
def training(tmp_path_factory: pytest.TempPathFactory) -> CaseTraining:
    layout = Layout(tmp_path_factory.mktemp("titanic"))
    for place in ("case_config", "case_table"):
        target = getattr(layout, place)("titanic")
        target.parent.mkdir(parents=True)
        shutil.copy(getattr(PROJECT, place)("titanic"), target)
    return train(layout)


@pytest.fixture(scope="session")
def forecaster(training: CaseTraining) -> CaseForecaster:
    return CaseForecaster.load(training.folder)


def test_cross_validated_scores_reach_the_bars(training: CaseTraining) -> None:
    assert training.scores.accuracy >= 0.78
    assert training.scores.roc_auc >= 0.84


@pytest.mark.parametrize(
    ("pclass", "sex", "age", "fare", "survived"),
    [
        (3, "male", 22, 7.25, False),
        (1, "female", 38, 71.2833, True),
        (1, "female", 35, 53.1, True),
        (3, "male", 35, 8.05, False),
    ],
)
def test_known_answers_hold(
    forecaster: CaseForecaster, pclass: int, sex: str, age: float, fare: float, survived: bool
) -> None:
    row = {"pclass": pclass, "sex": sex, "age": age, "fare": fare}
    typed = {name: str(value) for name, value in row.items()}
    assert forecaster.predict([row, typed]).classes == [survived, survived]


def test_a_woman_and_a_man_who_are_alike_in_all_else_get_other_probabilities(
    forecaster: CaseForecaster,
) -> None:
    row = {"pclass": 2, "age": 30, "fare": 20}
    woman, man = forecaster.predict(
        [{**row, "sex": "female"}, {**row, "sex": "male"}]
    ).probabilities
    assert woman[1] > man[1] + 0.3


def test_nobodys_age_and_fare_need_be_known(forecaster: CaseForecaster) -> None:
    assert forecaster.predict([{"pclass": 1, "sex": "female"}]).classes == [True]


@pytest.mark.skipif(
    not DATA.is_dir(),
    reason=f"{DATA} is missing: set FAULTCAST_TITANIC_DATA to the folder of titanic.csv",
)
def test_another_edition_of_the_table_reaches_the_bars_too(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    config = yaml.safe_load(PROJECT.case_config("titanic").read_text("utf-8"))
    for name, column in config["columns"].items():
        column["column"] = name.capitalize()
    config["target"]["column"] = "Survived"
    layout.case_config("titanic").parent.mkdir(parents=True)
    layout.case_config("titanic").write_text(yaml.safe_dump(config, sort_keys=False))
    layout.case_table("titanic").parent.mkdir(parents=True)
    shutil.copy(DATA / "titanic.csv", layout.case_table("titanic"))
    training = train(layout)
    assert training.scores.accuracy >= 0.80
    assert training.scores.roc_auc >= 0.85
