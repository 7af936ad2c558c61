from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faultcast.cli.feedback import export
from faultcast.config.layout import Layout
from faultcast.data.feedback import read_feedback
from faultcast.errors import StoreDownError, UnknownPlantError
from faultcast.serving.store.database import Database
from faultcast.serving.store.tables import FEEDBACK
from tests.unit.data.small_plant import make_small_plant
from tests.unit.serving.store.made import NOW, forecast, put

HOUR = timedelta(hours=1)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.delenv("FAULTCAST_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    return make_small_plant(tmp_path)


def asked(*words: str) -> Result:
    return CliRunner().invoke(export, words, catch_exceptions=False)


def say(layout: Layout, machine: str, mark: str, hours: int, plant: str = "small") -> None:
    row = {"uid": f"{machine}{hours}", "time": NOW + hours * HOUR, "plant": plant, "note": "n"}
    row |= {"machine": machine, "component": None, "mark": mark, "who": "Ada Lovelace"}
    database = Database(f"sqlite:///{layout.root / '.faultcast' / 'predictions.db'}")
    assert database.add(FEEDBACK, [row]) == 0


def test_each_mark_comes_with_the_forecast_that_was_there(project: Layout) -> None:
    made = [
        forecast("P01", made_at=NOW + hours * HOUR, time=NOW + hours * HOUR, version=str(hours))
        for hours in (0, 2, 4)
    ]
    put(f"sqlite:///{project.root / '.faultcast' / 'predictions.db'}", *made)
    say(project, "P01", "repaired", 3)
    say(project, "P02", "inspected", 1)
    say(project, "P01", "false alarm", 9, plant="other")

    assert asked("small").output == (
        "data/external/feedback/small.csv: 2 new of 2 marks in the store\n"
    )

    first, second = read_feedback(project, "small").rows(named=True)
    assert (first["machine"], first["mark"], first["version"]) == ("P01", "repaired", "2")
    assert (first["probability"], first["threshold"]) == (0.25, 0.2)
    assert first["request_id"] == made[1].request_id
    assert (second["machine"], second["version"]) == ("P02", None)
    assert "Ada" not in project.feedback("small").read_text()


def test_same_marks_give_the_same_bytes(project: Layout) -> None:
    for hours in range(3):
        say(project, "P01", "inspected", hours)
    asked("small")
    before = project.feedback("small").read_bytes()
    asked("small")
    assert project.feedback("small").read_bytes() == before


def test_store_that_is_not_there_yet_has_no_marks_and_is_not_made(project: Layout) -> None:
    assert "0 new of 0 marks" in asked("small").output
    assert not project.feedback("small").exists()
    assert not (project.root / ".faultcast" / "predictions.db").exists()


def test_unknown_plant_and_silent_store_are_told(
    project: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnknownPlantError):
        asked("smal")
    (project.root / "folder.db").mkdir()
    monkeypatch.setenv("FAULTCAST_STORE", f"sqlite:///{project.root / 'folder.db'}")
    monkeypatch.setattr(Database, "exists", True)
    with pytest.raises(StoreDownError, match=r"folder\.db does not answer"):
        asked("small")
