"""What the server counts, in Prometheus' text format at /metrics."""

from __future__ import annotations

import os
from collections import Counter as Counts
from collections import defaultdict, deque
from collections.abc import Iterator

import numpy as np
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from faultcast.serving.served import Served

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_PROBABILITIES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1)
# With several workers each writes into a file of this folder, and any of them answers for all.
_SHARED = "PROMETHEUS_MULTIPROC_DIR"


class Metrics:
    """The numbers of one application."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._registry = CollectorRegistry()
        self._registry.register(_Models(served))
        self._requests = Counter(
            "faultcast_requests", "Requests answered.", ["route", "status"], registry=self._registry
        )
        self._latency = Histogram(
            "faultcast_request_seconds",
            "Time to answer.",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._probabilities = Histogram(
            "faultcast_probability",
            "Probability that a machine fails within the horizon.",
            ["plant"],
            buckets=_PROBABILITIES,
            registry=self._registry,
        )
        self._stale = Gauge(
            "faultcast_stale_machines",
            "Machines of the last request that had only old data.",
            ["plant"],
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )
        self._stored = Counter(
            "faultcast_forecasts_stored", "Forecasts in the store.", registry=self._registry
        )
        self._not_stored = Counter(
            "faultcast_forecasts_dropped",
            "Forecasts that will be missing in the store.",
            registry=self._registry,
        )
        self._waiting = Gauge(
            "faultcast_forecasts_waiting_bytes",
            "Forecasts on disk that wait for the store.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._answers: deque[tuple[str, int, float]] = deque()
        self._forecasts: deque[tuple[str, list[float]]] = deque()

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._answers.append((route, status, seconds))

    def forecast(self, plant: str, probabilities: list[float]) -> None:
        """Count the probabilities of machines."""
        self._forecasts.append((plant, probabilities))

    def settle(self) -> None:
        """Take over what was counted: all at once it costs a tenth of one after the other."""
        answers, seconds = Counts[tuple[str, int]](), defaultdict[str, list[float]](list)
        while self._answers:
            route, status, took = self._answers.popleft()
            answers[route, status] += 1
            seconds[route].append(took)
        for (route, status), count in answers.items():
            self._requests.labels(route, str(status)).inc(count)
        for route, each in seconds.items():
            observe_all(self._latency.labels(route), each)
        while self._forecasts:
            plant, probabilities = self._forecasts.popleft()
            observe_all(self._probabilities.labels(plant), probabilities)

    def stale(self, plant: str, machines: int) -> None:
        """Note how many machines had only old data."""
        self._stale.labels(plant).set(machines)

    def stored(self, forecasts: int) -> None:
        """Count forecasts that the store has."""
        self._stored.inc(forecasts)

    def not_stored(self, forecasts: int) -> None:
        """Count forecasts that the store will never have."""
        self._not_stored.inc(forecasts)

    def waiting(self, size: int) -> None:
        """Note how many bytes wait for the store."""
        self._waiting.set(size)

    async def answer(self, _: Request) -> Response:
        """Answer Prometheus."""
        self.settle()
        return Response(generate_latest(self._collected()), media_type=CONTENT_TYPE_LATEST)

    def _collected(self) -> CollectorRegistry:
        if _SHARED not in os.environ:
            return self._registry
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        shared.register(_Models(self._served))
        return shared


def observe_all(histogram: Histogram, values: list[float]) -> None:
    """Do what `histogram.observe` does for each of the values."""
    places = np.searchsorted(histogram._upper_bounds, values)  # the library has no public way
    for bucket, count in zip(histogram._buckets, np.bincount(places).tolist(), strict=False):
        bucket.inc(count)
    histogram._sum.inc(sum(values))


class _Models(Collector):
    """Which models are served at this moment: read when asked, the same in each worker."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def collect(self) -> Iterator[Metric]:
        """Yield the models' versions and how many were refused."""
        models = GaugeMetricFamily(
            "faultcast_model",
            "1 for each model version that is served.",
            labels=["name", "version"],
        )
        for model in self._served.models:
            models.add_metric([model.name, model.version], 1)
        yield models
        yield GaugeMetricFamily(
            "faultcast_models_refused",
            "New model versions that did not load or failed their self-test.",
            len(self._served.refused),
        )
