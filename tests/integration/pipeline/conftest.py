"""Projects for the tests of stages: made once, copied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.pipeline.project import Project, begin


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return begin(tmp_path_factory.mktemp("template") / "project", ["mill", "press"])


@pytest.fixture
def make_project(_template: Project, tmp_path: Path) -> Iterator[Callable[[str], Project]]:
    """Return a function that makes a project in a folder of a name."""
    made: list[Project] = []

    def make(name: str) -> Project:
        made.append(_template.copy(tmp_path / name))
        return made[-1]

    yield make
    for project in made:
        project.end()


@pytest.fixture
def project(make_project: Callable[[str], Project]) -> Project:
    """Return a project whose path has a blank in it."""
    return make_project("my project")
