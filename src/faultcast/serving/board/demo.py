"""Replay the last days of an embedded plant, so that the board has something to show.

The plant's canonical data are moved in time so that they end now, and forecast by the very path
that requests take. The newest forecasts come first.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from faultcast.scoring.plant_forecast import Records, forecast_machines
from faultcast.serving.answers import records_of_machines
from faultcast.serving.board.risk import utc_now
from faultcast.serving.metrics import Metrics
from faultcast.serving.predictions import ForecastRecord, PredictionSink
from faultcast.serving.served import Served, ServedPlant
from faultcast.serving.store.batch import newest_of
from faultcast.serving.store.sink import StoreSink

_LOG = logging.getLogger("faultcast.serving")
_FILES = ("telemetry", "events", "machines")
_DAYS, _STEP = timedelta(days=5), timedelta(hours=6)


@dataclass
class Replayed:
    """A sink whose store a replay fills, from when the application begins until it ends.

    Args:
        sink: the store's.
        served: the models.
        data: the folder of the plants' folders.
    """

    sink: StoreSink
    served: Served
    data: Path

    def __post_init__(self) -> None:
        self._end = threading.Event()
        told = self.served, self.data, self.sink, self._end
        self._thread = threading.Thread(target=replay, args=told, name="demo", daemon=True)

    def put(self, records: Iterable[ForecastRecord]) -> None:
        """Take records, as the sink does."""
        self.sink.put(records)

    def observe(self, plant: str, records: Records) -> None:
        """Take readings and events, as the sink does."""
        self.sink.observe(plant, records)

    def start(self, metrics: Metrics) -> None:
        """Begin the replay."""
        self.sink.start(metrics)
        self._thread.start()

    def stop(self) -> None:
        """End the replay, and then the sink: a thread that forecasts must not outlive Python."""
        self._end.set()
        self._thread.join()
        self.sink.stop()


def replay(served: Served, data: Path, sink: PredictionSink, stop: threading.Event) -> None:
    """Forecast the last days of every served plant whose data are there, the newest first.

    Args:
        served: the models.
        data: the folder of the plants' folders, with `canonical/telemetry.parquet` and its sisters.
        sink: takes forecasts and readings.
        stop: ends it early.
    """
    plants = [plant for plant in served.plants.values() if _folder(data, plant).is_dir()]
    if not plants:
        _LOG.warning("%s holds no data of a served plant to replay: run make run first", data)
    loaded = [(plant, _moved_to_now(_folder(data, plant))) for plant in plants]
    for plant, (records, at) in loaded:
        sink.observe(plant.name, newest_of(records, at))
    for back in _steps():
        for plant, (records, at) in loaded:
            if stop.is_set():
                return
            _forecast(plant, records, at - back, sink)


def _forecast(plant: ServedPlant, records: Records, at: datetime, sink: PredictionSink) -> None:
    span = plant.manifest.features.history + plant.manifest.logs.stride
    readings = records.readings.filter(pl.col("time").is_between(at - span, at))
    known = Records(readings, records.events, records.machines)
    forecasts = forecast_machines(plant.model, known, at)
    name = f"demo-{plant.name}-{at:%Y%m%dT%H%MZ}"
    sink.put(list(records_of_machines(plant, name, utc_now(), at, forecasts)))


def _steps() -> Iterator[timedelta]:
    back = timedelta(0)
    while back <= _DAYS:
        yield back
        back += _STEP


def _moved_to_now(folder: Path) -> tuple[Records, datetime]:
    """Return a plant's data, moved by whole hours so that they end now, and their end."""
    frames = [pl.read_parquet(folder / f"{name}.parquet") for name in _FILES]
    end = frames[0]["time"].max()
    assert isinstance(end, datetime)
    shift = (utc_now() - end) // timedelta(hours=1) * timedelta(hours=1)
    return Records(*_moved(frames, shift)), end + shift


def _moved(frames: Sequence[pl.DataFrame], shift: timedelta) -> list[pl.DataFrame]:
    return [frame.with_columns(pl.col(pl.Datetime("us", "UTC")) + shift) for frame in frames]


def _folder(data: Path, plant: ServedPlant) -> Path:
    return data / plant.name / "canonical"
