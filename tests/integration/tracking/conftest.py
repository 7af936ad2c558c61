"""A real MLflow store for the tests of the registry and the gate."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from faultcast.config.layout import Layout
from faultcast.tracking.registry import Registry


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's tables, made once: that takes seconds."""
    from mlflow import MlflowClient

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def embedded(tmp_path: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A project with an empty store in it."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    project = tmp_path / "project"
    project.mkdir()
    shutil.copy(empty_store, project / "mlflow.db")
    return Layout(project)


@pytest.fixture
def registry(embedded: Layout) -> Registry:
    return Registry.of(embedded)


@pytest.fixture
def artifacts(embedded: Layout) -> Path:
    """Where the store keeps its files."""
    return embedded.root / "mlartifacts"
