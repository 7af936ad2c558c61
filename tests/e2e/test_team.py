"""A team: clones that run the belt at once, one server, and a journal of all their runs."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from faultcast.tracking.server import MlflowServer

from .clone import Clone

pytestmark = pytest.mark.timeout(900)
STAGES = ["02_features", "03_dataset", "04_train", "05_evaluate"]


def run_belt(clone: Clone, uri: str) -> None:
    clone.run("faultcast", "pipeline", "run", "evaluate@small", "-j", "1", MLFLOW_TRACKING_URI=uri)
    clone.run("faultcast", "sync", MLFLOW_TRACKING_URI=uri)


def listed(clone: Clone, uri: str) -> list[dict[str, Any]]:
    command = ("faultcast", "experiments", "--plant", "small", "--json")
    rows: list[dict[str, Any]] = json.loads(clone.run(*command, MLFLOW_TRACKING_URI=uri).stdout)
    return rows


def test_all_runs_of_two_clones_that_ran_at_once_are_listed_by_both(
    tracking_server: MlflowServer, tmp_path: Path
) -> None:
    uri = tracking_server.uri
    clones = [Clone.of_small_plant(tmp_path / name / "faultcast") for name in ("one", "two")]
    with ThreadPoolExecutor() as pool:
        list(pool.map(run_belt, clones, [uri, uri]))

    rows = listed(clones[0], uri)
    assert sorted(row["stage"] for row in rows) == sorted(STAGES * 2)
    assert listed(clones[1], uri) == rows
    trained = [row for row in rows if row["stage"] == "04_train"]
    assert len({row["bytes"] for row in trained}) == 1  # the same commit and data
    for row in trained:
        assert row["model"] == "average"
        assert len(row["commit"]) == 40
        assert row["dirty"] is False
        assert row["train_rows"] > 0
        assert row["dataset"] in (clones[0].root / "dvc.lock").read_text()
        assert len(row["environment"]) == 64
        assert row["seconds"] > 0

    # Restored from DVC's cache: each run points to the one that made the bytes.
    clone = clones[0]
    for output in ("data/interim/small", "data/processed/small", "models/small", "reports/small"):
        shutil.rmtree(clone.root / output)
    lock = (clone.root / "dvc.lock").read_bytes()
    run_belt(clone, uri)
    again = [row for row in listed(clone, uri) if row not in rows]
    makers = {row["record"]: row for row in rows}
    assert sorted(row["stage"] for row in again) == STAGES
    for row in again:
        assert makers[row["made_by"]]["bytes"] == row["bytes"]
        assert row["test_average_precision"] == makers[row["made_by"]]["test_average_precision"]
    assert (clone.root / "dvc.lock").read_bytes() == lock
