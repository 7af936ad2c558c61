"""A real MLflow store for the tests of the registry and the gate."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.modeling.train import train_plant
from faultcast.tracking.registry import Registry
from tests.unit.modeling.press import write_project


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


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a plant, and three models of it: `good`, `worse` and `alike`.

    The worse one learnt from labels half of which were shuffled; the one alike forecasts as the
    good one does, from other bytes.
    """
    layout = write_project(tmp_path_factory.mktemp("shop") / "project")
    train, models = layout.dataset("press") / "train.parquet", layout.root / "made"
    rows = pl.read_parquet(train)
    for name in ("good", "worse"):
        if name == "worse":
            half_shuffled(rows).write_parquet(train)
        train_plant(layout, "press")
        shutil.copytree(layout.model("press"), models / name)
    rows.write_parquet(train)
    shutil.copytree(models / "good", models / "alike")
    manifest = models / "alike" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("Press shop", "Press hall"))
    return layout.root


def half_shuffled(rows: pl.DataFrame) -> pl.DataFrame:
    """Shuffle the labels of half of the rows."""
    labels = [name for name in rows.columns if name.startswith("label_")]
    random = np.random.default_rng(0)
    chosen = random.permutation(rows.height)[: rows.height // 2]
    place = np.arange(rows.height)
    place[chosen] = random.permutation(chosen)
    return rows.with_columns(rows[name].gather(place).alias(name) for name in labels)


@pytest.fixture
def shop(
    trained: Path, empty_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Layout:
    """The trained project with an empty store of its own; it is the working directory."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copytree(trained, tmp_path / "shop")
    shutil.copy(empty_store, tmp_path / "shop" / "mlflow.db")
    monkeypatch.chdir(tmp_path / "shop")
    return Layout(tmp_path / "shop")


def bring(layout: Layout, model: str) -> None:
    """Put one of the three models where training leaves its own."""
    shutil.rmtree(layout.model("press"), ignore_errors=True)
    shutil.copytree(layout.root / "made" / model, layout.model("press"))
