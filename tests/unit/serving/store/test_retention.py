from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from faultcast.serving.store import retention
from faultcast.serving.store.database import Database
from faultcast.serving.store.questions import events_of, feedback_of, readings_of
from faultcast.serving.store.sink import open_sink
from faultcast.serving.store.tables import EVENTS, FEEDBACK, READINGS
from tests.unit.serving.store.made import forecast, put, stored

NEW = datetime.now(UTC)
OLD = NEW - timedelta(days=40)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


def test_forecasts_beyond_the_age_are_forgotten_and_younger_ones_kept(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_AT_ONCE", 10)
    put(url, *(forecast(made_at=OLD) for _ in range(25)))
    # Their time counts for nothing: a plant's past may be forecast today.
    young = [forecast(made_at=NEW, time=OLD - timedelta(days=4000)) for _ in range(3)]
    put(url, *young)
    assert len(stored(Database(url))) == 28

    sink = open_sink(url, tmp_path / "spool", 1_000_000, days=30)
    sink._turn()

    assert stored(Database(url)) == sorted(one.request_id for one in young)
    sink._spool.close()


def test_it_is_done_once_an_hour(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink, done = open_sink(url, tmp_path / "spool", 1_000_000), list[object]()
    monkeypatch.setattr(retention, "forget", lambda *asked: done.append(asked))
    for _ in range(3):
        sink._turn()
    assert len(done) == 1
    monkeypatch.setattr(retention.time, "monotonic", lambda: 1e12)
    sink._turn()
    assert len(done) == 2
    sink._spool.close()


def test_records_of_a_machine_go_with_its_last_forecast_and_feedback_stays(url: str) -> None:
    put(url, forecast("gone", made_at=OLD), forecast("here", made_at=OLD))
    put(url, forecast("here", made_at=NEW))
    database = Database(url)
    for machine in ("gone", "here"):
        of = {"plant": "small", "machine": machine, "time": OLD}
        database.add(READINGS, [of | {"sensors": {"flow": 1.0}}])
        database.add(EVENTS, [of | {"kind": "error", "code": "E1"}])
        marked = {"uid": machine, "component": None, "mark": "inspected", "who": "A", "note": ""}
        database.add(FEEDBACK, [of | marked])

    assert retention.forget(database, NEW - timedelta(days=30)) == 2

    for found in (readings_of, events_of):
        assert [len(found(database, "small", name)) for name in ("gone", "here")] == [0, 1]
    assert len(feedback_of(database, "small")) == 2
