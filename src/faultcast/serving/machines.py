"""`POST /plants/{plant}/forecasts`: machines from their recent readings and events."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from faultcast.scoring.plant_forecast import MachineForecast, Status, forecast_machines
from faultcast.serving.answers import (
    describe_machine,
    describe_model,
    records_of_machines,
)
from faultcast.serving.body import read_body, read_json
from faultcast.serving.metrics import Metrics
from faultcast.serving.predictions import PredictionSink
from faultcast.serving.problems import ProblemError
from faultcast.serving.records import Recent, read_recent
from faultcast.serving.served import Served, ServedPlant
from faultcast.settings import ServingLimits

_JSON = "application/json"


@dataclass
class Forecasts:
    """The routes below `/plants/{plant}` and what they work with."""

    served: Served
    sink: PredictionSink
    limits: ServingLimits
    metrics: Metrics
    turns: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.turns = asyncio.Semaphore(self.limits.forecasts)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/plants/{plant}/features", self.unknown_plant, methods=["POST"]),
            Route("/plants/{plant}/forecasts", self.from_records, methods=["POST"]),
        ]

    async def unknown_plant(self, request: Request) -> Response:
        """Answer for feature rows of a plant that is not served; the others never come here."""
        self._plant(request)
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "the model came just now: try again")

    async def from_records(self, request: Request) -> Response:
        """Forecast machines from their recent readings and events."""
        plant = self._plant(request)
        body = await read_body(request.scope, request.receive, self.limits)
        now = datetime.now(UTC).replace(microsecond=0)
        try:
            async with asyncio.timeout(self.limits.forecast_seconds), self.turns:
                recent, forecasts = await run_in_threadpool(
                    _forecast, plant, body, now, self.limits.rows
                )
        except TimeoutError:
            raise ProblemError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"no forecast within {self.limits.forecast_seconds:g} s: send fewer machines at a "
                "time, or try again later",
                headers={"retry-after": "5"},
            ) from None
        request_id = request.state.request_id
        self.sink.put(list(records_of_machines(plant, request_id, now, recent.at, forecasts)))
        self.sink.observe(plant.name, recent.records)
        self._count(plant, forecasts)
        answers = [describe_machine(plant, forecast, recent.at) for forecast in forecasts]
        return _answer(request, plant, {"at": recent.at, "forecasts": answers})

    def _count(self, plant: ServedPlant, forecasts: list[MachineForecast]) -> None:
        made = [one.probabilities for one in forecasts if one.probabilities is not None]
        column = plant.machine_output
        self.metrics.forecast(plant.name, [float(outputs[column]) for outputs in made])
        stale = sum(one.status is Status.OLD_DATA for one in forecasts)
        self.metrics.stale(plant.name, stale)

    def _plant(self, request: Request) -> ServedPlant:
        name = request.path_params["plant"]
        if (plant := self.served.plants.get(name)) is None:
            raise ProblemError(
                HTTPStatus.NOT_FOUND,
                f"no model of a plant {name[:64]!r} is served; served are: "
                f"{', '.join(sorted(self.served.plants)) or 'none'}",
            )
        request.state.model_version = plant.version
        return plant


def _forecast(
    plant: ServedPlant, body: bytes, now: datetime, most_rows: int
) -> tuple[Recent, list[MachineForecast]]:
    recent = read_recent(read_json(body), plant.manifest, now, most_rows)
    forecasts = forecast_machines(plant.model, recent.records, recent.at, recent.unknown_sensors)
    return recent, forecasts


def _answer(request: Request, plant: ServedPlant, content: dict[str, object]) -> Response:
    head = {"request_id": request.state.request_id, "model": describe_model(plant)}
    return Response(orjson.dumps(head | content, option=orjson.OPT_UTC_Z), media_type=_JSON)
