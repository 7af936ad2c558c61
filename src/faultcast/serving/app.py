"""The application: routes of the models, health, documentation."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from faultcast import __version__
from faultcast.serving.guard import Guard
from faultcast.serving.predictions import NoSink, PredictionSink
from faultcast.serving.problems import ProblemError, answer_problem
from faultcast.serving.routes import Forecasts
from faultcast.serving.served import Served
from faultcast.settings import ServingLimits


def create_app(
    served: Served,
    sink: PredictionSink | None = None,
    *,
    routers: Sequence[APIRouter] = (),
    limits: ServingLimits | None = None,
) -> FastAPI:
    """Make the application.

    Args:
        served: the models.
        sink: takes each forecast behind the answer.
        routers: pages beside the API, such as the planner's board.
        limits: what is taken from a caller.
    """
    limits = limits or ServingLimits()
    app = FastAPI(title="faultcast", version=__version__, redoc_url=None)
    app.add_middleware(Guard, limits=limits)
    app.add_exception_handler(ProblemError, answer_problem)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.router.routes += Forecasts(served, sink or NoSink(), limits).routes()
    for router in routers:
        app.include_router(router)
    return app


async def _answer_http_exception(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)
    problem = ProblemError(HTTPStatus(failure.status_code), failure.detail, headers=failure.headers)
    return await answer_problem(request, problem)
