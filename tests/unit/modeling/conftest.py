"""A project whose plant is trained once for all tests that only look at it."""

from __future__ import annotations

import pytest

from faultcast.config.layout import Layout
from faultcast.modeling.train import Training, train_plant
from tests.unit.modeling.press import write_project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return write_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def training(project: Layout) -> Training:
    return train_plant(project, "press")
