"""`faultcast experiments`: from the store, the disk and the journal; sorted, filtered, compared."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faultcast.cli import faultcast
from faultcast.config.layout import Layout
from faultcast.errors import UnknownColumnError, UnknownRunError
from faultcast.tracking import journal, runs, tags
from faultcast.tracking.record import Record, keep

BEGAN = datetime(2026, 11, 22, 8, tzinfo=UTC)
SCORES = {"foundry": 0.6, "bottling": 0.9, "stamping": 0.75}

pytestmark = pytest.mark.usefixtures("project")


def record(plant: str, number: int) -> Record:
    began = BEGAN + timedelta(minutes=number)
    return Record(
        id=f"{number}{'f' * 31}",
        plant=plant,
        stage="05_evaluate",
        commit="c" * 40,
        dirty=number == 1,
        started=began,
        ended=began + timedelta(seconds=9),
        parameters={"seed": str(number), "algorithm": "random_forest"},
        metrics={"test.targets.machine.model.average_precision": SCORES[plant]},
        tags={tags.MODEL: "random_forest"},
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """Two runs that wait on disk and one of somebody else's in the journal; no server answers."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.delenv("FAULTCAST_RECORDS", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    (tmp_path / "params.yaml").write_text("plants: []\n")
    layout = Layout(tmp_path)
    journal.add(layout, record("foundry", 1))
    keep(tmp_path / ".faultcast" / "records", record("bottling", 2), {})
    keep(tmp_path / ".faultcast" / "records", record("stamping", 3), {})
    return layout


def ask(*words: str) -> Result:
    return CliRunner().invoke(faultcast, ["experiments", *words], catch_exceptions=False)


def plants(*words: str) -> list[str]:
    return [row["plant"] for row in json.loads(ask(*words, "--json").stdout)]


def test_without_a_server_the_journal_and_the_disk_are_shown() -> None:
    done = ask()
    assert "refused" in done.stderr
    assert all(plant in done.stdout for plant in SCORES)
    assert "3 runs" in done.stdout


def test_runs_are_sorted_and_filtered() -> None:
    assert plants() == ["foundry", "bottling", "stamping"]
    best_first = ["bottling", "stamping", "foundry"]
    assert plants("--sort", "test_average_precision", "--descending") == best_first
    assert plants("--plant", "stamping") == ["stamping"]
    assert plants("--stage", "evaluate") == ["foundry", "bottling", "stamping"]
    assert plants("--stage", "train") == []
    with pytest.raises(UnknownColumnError, match="test_average_precision"):
        ask("--sort", "luck")


def test_csv_has_the_columns_of_the_journal() -> None:
    rows = list(csv.DictReader(io.StringIO(ask("--csv").stdout)))
    assert tuple(rows[0]) == journal.COLUMNS
    assert [row["dirty"] for row in rows] == ["true", "false", "false"]


def test_runs_are_compared_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_delivered", lambda *_: [])
    compared = json.loads(ask("2f", "3f", "--json").stdout)
    assert compared["parameters that differ"] == {"seed": ["2", "3"]}
    assert compared["metrics"] == {"test.targets.machine.model.average_precision": ["0.9", "0.75"]}
    assert compared["run"]["plant"] == ["bottling", "stamping"]
    assert "bottling" in ask("2f", "3f").stdout
    with pytest.raises(UnknownRunError, match="no run has this id"):
        ask("9", "2f")


def test_a_run_that_was_restored_shows_the_numbers_of_its_maker(project: Layout) -> None:
    restored = record("foundry", 4).model_copy(
        update={"metrics": {}, "tags": {tags.RESTORED: "true", tags.MADE_BY: f"1{'f' * 31}"}}
    )
    keep(project.root / ".faultcast" / "records", restored, {})
    row = json.loads(ask("--json").stdout)[-1]
    assert (row["model"], row["test_average_precision"]) == ("random_forest", 0.6)
    assert "1 restored from a cache" in " ".join(ask().stdout.split())
