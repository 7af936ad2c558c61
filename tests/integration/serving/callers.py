"""Callers that ask a server without a pause, judge every answer and remember it."""

from __future__ import annotations

import http.client
import json
import math
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

import polars as pl

from faultcast.config.layout import Layout
from faultcast.data.canonical import read_canonical
from faultcast.scoring.forecaster import Forecaster
from tests.unit.serving.pumps import PLANT, recent

_REQUESTS_OF_A_CONNECTION = 25
Forecasts = dict[str, float]


@dataclass(frozen=True)
class Question:
    """A request, and by version each machine's probability."""

    path: str
    body: bytes
    expected: Mapping[str, Forecasts]


@dataclass(frozen=True)
class Answer:
    """What a request got: the version, and the probability of each machine that was forecast."""

    version: str
    forecasts: Forecasts


@dataclass
class Caller:
    """One connection, which asks from now on.

    Args:
        port: the server's, on the loopback.
        questions: asked again and again.
        name: begins the ids of its requests.
    """

    port: int
    questions: Sequence[Question]
    name: str
    answers: dict[str, Answer] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lost: dict[str, float] = field(default_factory=dict)
    enough: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Wait for the answer on its way, and ask no more."""
        self.enough.set()
        self.thread.join()

    def run(self) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for number, question in zip(count(), cycle(self.questions), strict=False):
            if self.enough.is_set():
                break
            request_id = f"{self.name}-{number}"
            begin = time.perf_counter()
            try:
                if number % _REQUESTS_OF_A_CONNECTION == 0:
                    line.close()
                line.request("POST", question.path, question.body, {"X-Request-ID": request_id})
                response = line.getresponse()
                content = response.read()
            except (OSError, http.client.HTTPException):
                self.lost[request_id] = time.monotonic()
                line.close()
                continue
            self.seconds.append(time.perf_counter() - begin)
            self._judge(request_id, question, response, content)
        line.close()

    def _judge(
        self, request_id: str, question: Question, response: http.client.HTTPResponse, text: bytes
    ) -> None:
        if response.status != http.client.OK:
            self.wrong.append(f"{request_id}: {response.status} {text.decode()}")
            return
        told = json.loads(text)
        version = told["model"]["version"]
        forecasts = {
            one["machine"]: one["probability"]
            for one in told["forecasts"]
            if one.get("status", "ok") == "ok"
        }
        self.answers[request_id] = Answer(version, forecasts)
        known = question.expected.get(version, {})
        good = (
            forecasts
            and response.headers["X-Request-ID"] == told["request_id"] == request_id
            and response.headers["X-Model-Version"] == version
            and all(_close(value, known.get(name)) for name, value in forecasts.items())
        )
        if not good:
            self.wrong.append(f"{request_id}: {forecasts} of version {version}, not {known}")


def ask_on(port: int, questions: Sequence[Question], count: int) -> list[Caller]:
    """Start callers, each of which begins with another question."""
    return [
        Caller(port, [*questions[first:], *questions[:first]], f"caller{first}")
        for first in range(count)
    ]


def make_questions(layout: Layout, models: Mapping[str, Path], many: int) -> list[Question]:
    """Ask for ready rows and, one in five, for all machines from raw readings.

    Args:
        layout: the project of the small plant.
        models: the model's folder by version.
        many: how many questions.
    """
    rows = pl.read_parquet(layout.dataset(PLANT) / "test.parquet")
    data, spoken = read_canonical(layout, PLANT), {}
    names = Forecaster.load(layout.model(PLANT)).manifest.features.names
    for version, folder in models.items():
        told = Forecaster.load(folder).forecast(rows)
        spoken[version] = rows.select("machine", "time").with_columns(told["probability_machine"])
    questions = []
    for number, row in enumerate(islice(cycle(rows.iter_rows(named=True)), 0, 37 * many, 37)):
        time, machine = row["time"], row["machine"]
        if number % 5:
            features: dict[str, Any] = {name: row[name] for name in names}
            body = {"rows": [{"machine": machine, "time": time.isoformat(), **features}]}
            path = f"/plants/{PLANT}/features"
        else:
            body, path = recent(data, time), f"/plants/{PLANT}/forecasts"
        at = {version: _at(table, time) for version, table in spoken.items()}
        questions.append(Question(path, json.dumps(body).encode(), at))
    return questions


def _at(table: pl.DataFrame, time: datetime) -> Forecasts:
    return dict(table.filter(pl.col("time") == time).select(pl.exclude("time")).rows())


def _close(value: float, expected: float | None) -> bool:
    return expected is not None and math.isclose(value, expected, abs_tol=1e-5)
