"""`POST /plants/{plant}/features`, the hot path: between body and answer only what it needs.

It stands before FastAPI's routing, works on bytes and a matrix, and makes no request object, model
object or data frame. The OpenAPI document describes it like every other route.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from faultcast.serving.answers import describe_model, describe_risk, records_of_rows
from faultcast.serving.body import read_body, read_json
from faultcast.serving.metrics import Metrics
from faultcast.serving.predictions import PredictionSink
from faultcast.serving.rows import read_features, read_rows, read_times
from faultcast.serving.served import Served, ServedPlant
from faultcast.settings import ServingLimits

_BEFORE, _AFTER = "/plants/", "/features"
_SMALL_BODY = 200_000


@dataclass
class FeatureRows:
    """An ASGI application that answers its own path and hands on every other request."""

    app: ASGIApp
    served: Served
    sink: PredictionSink
    limits: ServingLimits
    metrics: Metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        plant = self._plant(scope)
        if plant is None:
            await self.app(scope, receive, send)
            return
        state = scope["state"]
        state["model_version"], state["route"] = plant.version, "features"
        body = await read_body(scope, receive, self.limits)
        # A few rows take less time than handing them to a thread.
        answer = (
            self._forecast(plant, body, state["request_id"])
            if len(body) <= _SMALL_BODY
            else await run_in_threadpool(self._forecast, plant, body, state["request_id"])
        )
        length = str(len(answer)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _plant(self, scope: Scope) -> ServedPlant | None:
        """Return the model of the path, if it is one of ours."""
        if scope["type"] != "http" or scope["method"] != "POST":
            return None
        path: str = scope["path"]
        if not (path.startswith(_BEFORE) and path.endswith(_AFTER)):
            return None
        return self.served.plants.get(path[len(_BEFORE) : -len(_AFTER)])

    def _forecast(self, plant: ServedPlant, body: bytes, request_id: str) -> bytes:
        rows = read_rows(read_json(body), self.limits.rows)
        features = read_features(plant, rows)
        now = datetime.now(UTC)
        keys = read_times(rows, now)
        outputs = plant.model.outputs(features).tolist()
        self.sink.put(list(records_of_rows(plant, request_id, now, features, outputs, keys)))
        self.metrics.forecast(plant.name, [row[plant.machine_output] for row in outputs])
        forecasts = [
            {key: row[key] for key in ("machine", "time") if key in row}
            | describe_risk(plant, probabilities)
            for row, probabilities in zip(rows, outputs, strict=True)
        ]
        head = {"request_id": request_id, "model": describe_model(plant)}
        return orjson.dumps({**head, "forecasts": forecasts})
