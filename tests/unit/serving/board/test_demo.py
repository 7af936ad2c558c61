"""The replay of a plant's last days."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from faultcast.config.layout import Layout
from faultcast.serving.board.demo import Replayed
from faultcast.serving.metrics import Metrics
from faultcast.serving.predictions import ForecastRecord
from faultcast.serving.served import Served, ServedPlant
from faultcast.serving.store.sink import open_sink


def test_replay_ends_before_its_sink(
    layout: Layout, plant: ServedPlant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = open_sink(f"sqlite:///{tmp_path / 'store.db'}", tmp_path / "spool", 10_000_000)
    served, begun, told = Served.of([plant]), threading.Event(), list[str]()
    put, stop = sink.put, sink.stop

    def note_put(records: Iterable[ForecastRecord]) -> None:
        begun.set()
        told.append("forecast")
        put(records)

    def note_stop() -> None:
        told.append("stop")
        stop()

    monkeypatch.setattr(sink, "put", note_put)
    monkeypatch.setattr(sink, "stop", note_stop)
    replayed = Replayed(sink, served, layout.root / "data" / "interim")
    replayed.start(Metrics(served))
    assert begun.wait(30)
    replayed.stop()

    assert not replayed._thread.is_alive()
    assert told[-1] == "stop"
    assert told.count("forecast") < 21  # it did not run to its end
