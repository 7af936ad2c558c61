"""A trained model for the tests that forecast with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from faultcast.modeling.train import train_plant
from faultcast.scoring.forecaster import Forecaster
from tests.unit.modeling.press import write_project


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a trained model."""
    return train_plant(write_project(tmp_path_factory.mktemp("project")), "press").folder


@pytest.fixture(scope="session")
def forecaster(model: Path) -> Forecaster:
    return Forecaster.load(model)


@pytest.fixture
def copied(model: Path, tmp_path: Path) -> Path:
    """Return a copy of the model's folder that a test may damage."""
    folder = tmp_path / "press"
    folder.mkdir()
    for file in model.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder
