from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from faultcast.errors import StoreUrlError
from faultcast.scoring.plant_forecast import CLOCK, Records
from faultcast.serving.metrics import Metrics
from faultcast.serving.served import Served
from faultcast.serving.store.database import Database
from faultcast.serving.store.questions import events_of, find_request, readings_of
from faultcast.serving.store.sink import StoreSink, open_sink
from faultcast.serving.store.spool import Spool
from tests.unit.serving.store.made import NOW, forecast, stored, wait_until

_PUT_AND_DIE = """
import os, signal, sys
from pathlib import Path
from faultcast.serving.store.sink import open_sink
from tests.unit.serving.store.made import forecast
sink = open_sink("sqlite:///" + sys.argv[1], Path(sys.argv[2]), 10_000_000)
sink.put([forecast(request_id=f"k{n}") for n in range(50)])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def sink(url: str, tmp_path: Path) -> StoreSink:
    return open_sink(url, tmp_path / "spool", 10_000_000)


def started(sink: StoreSink) -> Metrics:
    metrics = Metrics(Served())
    sink.start(metrics)
    return metrics


def test_forecast_is_in_the_store_as_it_was_made(sink: StoreSink, url: str) -> None:
    made = forecast()
    sink.put([made])
    started(sink)
    sink.stop()
    (found,) = find_request(Database(url), made.request_id)
    expected = made._asdict() | {"contributions": [list(part) for part in made.contributions]}
    assert {name: found[name] for name in expected} == expected
    assert found["probability"] == 0.25


def test_forecast_of_a_case_has_no_machine(sink: StoreSink, url: str) -> None:
    made = forecast(None, kind="case", last_reading=None, threshold=None, contributions=())
    sink.put([made._replace(probabilities={"probability_true": 0.5})])
    started(sink)
    sink.stop()
    (found,) = find_request(Database(url), made.request_id)
    assert found["machine"] is None
    assert found["probability"] is None


def test_store_that_is_down_loses_nothing_and_gets_nothing_twice(
    sink: StoreSink, url: str, tmp_path: Path
) -> None:
    blocked = tmp_path / "store.db"
    blocked.mkdir()
    metrics = started(sink)
    asked = []
    for _ in range(20):
        made = forecast()
        asked.append(made.request_id)
        sink.put([made])
    wait_until(lambda: sink._down)
    blocked.rmdir()
    wait_until(lambda: not sink._down)
    sink.put([made := forecast()])
    sink.stop()
    assert stored(Database(url)) == sorted([*asked, made.request_id])
    assert metrics._stored._value.get() == 21
    assert list((tmp_path / "spool").iterdir()) == []


def test_what_waits_when_the_server_ends_is_delivered_by_the_next_one(
    sink: StoreSink, url: str, tmp_path: Path
) -> None:
    sink.put([made := forecast()])
    sink._spool.close()
    later = open_sink(url, tmp_path / "spool", 10_000_000)
    started(later)
    later.stop()
    assert stored(Database(url)) == [made.request_id]


def test_killed_worker_loses_no_forecast(url: str, tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", _PUT_AND_DIE, str(tmp_path / "store.db"), str(tmp_path / "spool")],
        cwd=Path(__file__).parents[4],
        env=os.environ | {"PYTHONPATH": "."},
        check=False,
    )
    assert killed.returncode == -9
    later = open_sink(url, tmp_path / "spool", 10_000_000)
    started(later)
    later.stop()
    assert stored(Database(url)) == sorted(f"k{n}" for n in range(50))


def test_segment_that_is_delivered_again_is_stored_once(sink: StoreSink, url: str) -> None:
    sink.put([forecast(), forecast()])
    sink._spool.seal()
    (path,) = sink._spool.sealed()
    for _ in range(2):
        sink._deliver(path)
    assert len(stored(Database(url))) == 2


def test_full_spool_forgets_the_oldest_and_counts_them(tmp_path: Path, url: str) -> None:
    sink = open_sink(url, tmp_path / "spool", 20_000)
    metrics = Metrics(Served())
    sink._metrics = metrics
    asked = [forecast() for _ in range(200)]
    for made in asked:
        sink.put([made])
        assert sink._spool.waiting_bytes <= 20_000
    dropped = int(metrics._not_stored._value.get())
    assert 0 < dropped < 200
    started(sink)
    sink.stop()
    assert stored(Database(url)) == sorted(made.request_id for made in asked[dropped:])


def test_disk_that_takes_no_more_never_reaches_the_caller(
    sink: StoreSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    sink._metrics = Metrics(Served())
    monkeypatch.setattr(Spool, "append", full)
    sink.put([forecast(), forecast()])
    assert sink._metrics._not_stored._value.get() == 2


def test_line_that_was_cut_off_hides_no_other(sink: StoreSink, url: str) -> None:
    sink.put([made := forecast()])
    sink._spool.seal()
    (path,) = sink._spool.sealed()
    with path.open("ab") as torn:
        torn.write(b'{"request_id": "cut')
    started(sink)
    sink.stop()
    assert stored(Database(url)) == [made.request_id]


@pytest.mark.parametrize("url", ["mysql://me@localhost/x", "secret.db", "secret"])
def test_url_that_cannot_be_used_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(StoreUrlError, match="FAULTCAST_STORE") as refused:
        Database(url)
    assert "secret" not in str(refused.value)


def records(hours: range, machine: str = "P01") -> Records:
    times = [NOW + timedelta(hours=hour) for hour in hours]
    readings = {"machine": [machine] * len(times), "time": times, "flow": [*map(float, hours)]}
    events = [(machine, NOW, "maintenance", "seal")]
    clock = {"machine": pl.String(), "time": CLOCK}
    return Records(
        pl.DataFrame(readings, clock | {"flow": pl.Float64()}),
        pl.DataFrame(events, clock | {"kind": pl.String(), "code": pl.String()}, orient="row"),
        pl.DataFrame(schema={"machine": pl.String()}),
    )


def test_readings_of_requests_that_overlap_are_kept_once(sink: StoreSink, url: str) -> None:
    sink.observe("small", records(range(5)))
    sink.observe("small", records(range(3, 8)))
    sink.observe("small", records(range(2), "P02"))
    started(sink)
    sink.stop()
    found = readings_of(Database(url), "small", "P01")
    assert [row["sensors"]["flow"] for row in found] == [*range(8)]
    assert [row["code"] for row in events_of(Database(url), "small", "P01")] == ["seal"]


def test_only_the_newest_readings_are_kept(sink: StoreSink, url: str) -> None:
    sink.observe("small", records(range(2_500)))
    started(sink)
    sink.stop()
    found = readings_of(Database(url), "small", "P01")
    assert [row["sensors"]["flow"] for row in found] == [*range(500, 2_500)]
