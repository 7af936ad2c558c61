"""The application: routes of the models, health, metrics, documentation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from faultcast.serving.cases import Cases
from faultcast.serving.documentation import add_documentation
from faultcast.serving.features import FeatureRows
from faultcast.serving.guard import Guard, Guarded
from faultcast.serving.health import Health
from faultcast.serving.invocations import Invocations
from faultcast.serving.keys import Keys
from faultcast.serving.machines import Forecasts
from faultcast.serving.metrics import Metrics
from faultcast.serving.predictions import NoSink, PredictionSink
from faultcast.serving.problems import ProblemError, answer_problem
from faultcast.serving.served import Served
from faultcast.serving.watch import Watch
from faultcast.settings import ServingLimits

_LOOK_EVERY = 1.0
_SETTLE_EVERY = 0.5


def create_app(
    served: Served,
    sink: PredictionSink | None = None,
    *,
    routers: Sequence[APIRouter] = (),
    limits: ServingLimits | None = None,
    keys: Keys | None = None,
    watch: Watch | None = None,
) -> ASGIApp:
    """Make the application.

    Args:
        served: the models.
        sink: takes each forecast behind the answer.
        routers: pages beside the API, such as the planner's board.
        limits: what is taken from a caller.
        keys: who may call; without any, everyone.
        watch: looks for new models while the application runs.
    """
    limits, sink, keys = limits or ServingLimits(), sink or NoSink(), keys or Keys({})
    metrics = Metrics(served)
    app = FastAPI(
        title="faultcast",
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=_running(watch, sink, metrics),
    )
    guard = Guard(limits, keys, metrics)
    app.add_middleware(Guarded, guard=guard)
    app.add_exception_handler(ProblemError, answer_problem)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.router.routes += [
        *Forecasts(served, sink, limits, metrics).routes(),
        *Cases(served, sink, limits).routes(),
        *Invocations(served, sink, limits).routes(),
        Route("/metrics", metrics.answer, methods=["GET"]),
    ]
    app.include_router(Health(served).router())
    for router in routers:
        app.include_router(router)
    add_documentation(app, served, secured=bool(keys.by_hash))
    return FeatureRows(app, guard, served, sink, limits, metrics)


def _running(watch: Watch | None, sink: PredictionSink, metrics: Metrics):  # type: ignore[no-untyped-def]
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        sink.start(metrics)
        tasks = [asyncio.create_task(_settle(metrics))]
        if watch:
            tasks.append(asyncio.create_task(watch.run(_LOOK_EVERY)))
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        metrics.settle()
        await run_in_threadpool(sink.stop)

    return lifespan


async def _settle(metrics: Metrics) -> None:
    while True:
        await asyncio.sleep(_SETTLE_EVERY)
        metrics.settle()


async def _answer_http_exception(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)
    problem = ProblemError(HTTPStatus(failure.status_code), failure.detail, headers=failure.headers)
    return await answer_problem(request, problem)
