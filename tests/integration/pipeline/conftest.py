"""Projects for the tests of stages: made once, copied for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.pipeline.project import Project, begin


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return begin(tmp_path_factory.mktemp("template") / "project", ["mill", "press"])


@pytest.fixture
def make_project(_template: Project, tmp_path: Path) -> Callable[[str], Project]:
    """Return a function that makes a project in a folder of a name."""
    return lambda name: _template.copy(tmp_path / name)


@pytest.fixture
def project(make_project: Callable[[str], Project]) -> Project:
    """Return a project whose path has a blank in it."""
    return make_project("my project")
