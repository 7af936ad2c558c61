"""`POST /plants/{plant}/features`, the hot path: between body and answer only what it needs.

It stands before FastAPI, whose layers take longer than a forecast, works on bytes and a matrix, and
makes no request object, model object or data frame. Requests that wait together are forecast by one
run of the model. The OpenAPI document describes the route like every other one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from faultcast.serving.body import read_body
from faultcast.serving.guard import Guard
from faultcast.serving.metrics import Metrics
from faultcast.serving.predictions import PredictionSink
from faultcast.serving.questions import Question, answer_questions, read_question
from faultcast.serving.served import Served, ServedPlant
from faultcast.serving.together import Together
from faultcast.settings import ServingLimits

_BEFORE, _AFTER = "/plants/", "/features"
_SMALL_BODY = 200_000


@dataclass
class FeatureRows:
    """An ASGI application that answers its own path and hands on every other request."""

    others: ASGIApp
    guard: Guard
    served: Served
    sink: PredictionSink
    limits: ServingLimits
    metrics: Metrics

    def __post_init__(self) -> None:
        self._together = Together(self._answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if plant := self._plant(scope):
            await self.guard.serve(partial(self._serve, plant), scope, receive, send)
        else:
            await self.others(scope, receive, send)

    async def _serve(self, plant: ServedPlant, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope["state"]
        state["model_version"], state["route"] = plant.version, "features"
        body = await read_body(scope, receive, self.limits)
        answer = await self._forecast(plant, body, state["request_id"])
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

    async def _forecast(self, plant: ServedPlant, body: bytes, request_id: str) -> bytes:
        question = plant, body, request_id, self.limits.rows
        # A few rows take less time than handing them to a thread.
        if len(body) <= _SMALL_BODY:
            return await self._together.ask(plant, read_question(*question))
        (answer,) = await run_in_threadpool(lambda: self._answer(plant, [read_question(*question)]))
        return answer

    def _answer(self, plant: ServedPlant, questions: Sequence[Question]) -> list[bytes]:
        return answer_questions(plant, questions, self.sink, self.metrics)
