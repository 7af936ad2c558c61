"""The board's routes: the list of machines, a machine's page, feedback and visit lists."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, TypeVarTuple
from urllib.parse import parse_qsl, quote, urlencode

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from faultcast.serving.board.feedback import Mark, check_origin, read_feedback
from faultcast.serving.board.find import FILTERS, Chosen, machines_at_risk
from faultcast.serving.board.machine import MachinePage, machine_page
from faultcast.serving.board.pages import HEADERS, asset, page
from faultcast.serving.board.risk import Risk
from faultcast.serving.board.visits import as_calendar, as_csv
from faultcast.serving.body import read_body
from faultcast.serving.keys import Role
from faultcast.serving.problems import ProblemError
from faultcast.serving.served import Served
from faultcast.serving.store.database import Database
from faultcast.serving.store.tables import FEEDBACK
from faultcast.settings import ServingLimits

_GET = ["GET", "HEAD"]
_AT_ONCE = 4
_SILENT = (
    "the prediction store does not answer. Forecasts go on and are kept; try again in a minute"
)
Handler = Callable[[Request], Awaitable[Response]]
Words = TypeVarTuple("Words")
Told = TypeVar("Told")


@dataclass(frozen=True)
class Board:
    """The pages.

    Args:
        served: the models.
        database: the prediction store; None where the server has none.
        limits: what is taken from a caller.
    """

    served: Served
    database: Database | None
    limits: ServingLimits
    _turns: CapacityLimiter = field(init=False, default_factory=lambda: CapacityLimiter(_AT_ONCE))

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(include_in_schema=False)
        router.add_route("/", _told(self.machines), methods=_GET)
        router.add_route(
            "/board/machines/{plant}/{machine:path}", _told(self.machine), methods=_GET
        )
        router.add_route("/board/feedback", _told(self.feedback), methods=["POST"])
        router.add_route("/board/visits.csv", _told(self.visits_csv), methods=_GET)
        router.add_route("/board/visits.ics", _told(self.visits_calendar), methods=_GET)
        router.add_route("/board/assets/{name:path}", asset, methods=_GET)
        return router

    async def machines(self, request: Request) -> Response:
        """Show the machines, ordered by risk."""
        chosen = Chosen.read(request.query_params)
        every = await self._ask(machines_at_risk, self.served, self._store())
        return page(
            request,
            "machines.html",
            machines=chosen.take(every),
            every=every,
            chosen=chosen,
            plants=sorted({(one.plant, one.plant_title) for one in every}),
            model_choices=sorted({(one.model, one.model) for one in every if one.model}),
            query=urlencode({name: getattr(chosen, name) for name in FILTERS}),
        )

    async def machine(self, request: Request) -> Response:
        """Show a machine."""
        plant, machine = request.path_params["plant"], request.path_params["machine"]
        return self._show(request, await self._find(plant, machine))

    async def feedback(self, request: Request) -> Response:
        """Take what a planner says, and show the machine's page again."""
        check_origin(request)
        body = await read_body(request.scope, request.receive, self.limits)
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        found = await self._find(form.get("plant", ""), form.get("machine", ""))
        row, fault = read_feedback(form, [name for name, _ in found.newest.components])
        if fault:
            return self._show(request, found, HTTPStatus.UNPROCESSABLE_ENTITY, fault, form)
        await self._ask(self._store().add, FEEDBACK, [row])
        root = request.scope.get("root_path", "")
        place = "/".join(quote(name, safe="") for name in (row["plant"], row["machine"]))
        return RedirectResponse(
            f"{root}/board/machines/{place}#feedback", HTTPStatus.SEE_OTHER, HEADERS
        )

    async def visits_csv(self, request: Request) -> Response:
        """Hand out the machines to visit as a table."""
        text = await self._visits(request, as_csv)
        return _file(text, "text/csv; charset=utf-8", "visits.csv")

    async def visits_calendar(self, request: Request) -> Response:
        """Hand out the machines to visit as a calendar."""
        text = await self._visits(request, as_calendar)
        return _file(text, "text/calendar; charset=utf-8", "visits.ics")

    async def _visits(self, request: Request, write: Callable[..., str]) -> str:
        every = await self._ask(machines_at_risk, self.served, self._store())
        chosen = Chosen.read({"risk": Risk.HIGH.value, **_filled(request.query_params)})
        return write(chosen.take(every))

    async def _find(self, plant: str, machine: str) -> MachinePage:
        found = await self._ask(machine_page, self.served, self._store(), plant, machine)
        if found is None:
            raise ProblemError(
                HTTPStatus.NOT_FOUND, f"no forecast of a machine {machine!r} of {plant!r} is known"
            )
        return found

    def _show(
        self,
        request: Request,
        found: MachinePage,
        status: HTTPStatus = HTTPStatus.OK,
        fault: str = "",
        form: Mapping[str, str] | None = None,
    ) -> Response:
        key = getattr(request.state, "key", None)
        return page(
            request,
            "machine.html",
            status,
            shown=found,
            one=found.newest,
            marks=[mark.value for mark in Mark],
            may_tell=key is None or key.role is Role.FORECAST,
            form={"who": key.name if key else "", "component": "", "note": "", **(form or {})},
            fault=fault,
        )

    async def _ask(self, question: Callable[[*Words], Told], *words: *Words) -> Told:
        """Ask the store; one that went silent holds up the board alone, and not for long.

        Raises:
            ProblemError: 503, it does not answer in time.
        """
        try:
            async with asyncio.timeout(self.limits.store_seconds):
                return await to_thread.run_sync(
                    question, *words, limiter=self._turns, abandon_on_cancel=True
                )
        except TimeoutError:
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, _SILENT) from None

    def _store(self) -> Database:
        if self.database is None:
            raise ProblemError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "this server keeps no forecasts: set FAULTCAST_STORE to a database and start it "
                "again",
            )
        return self.database


def _told(handler: Handler) -> Handler:
    """Show failures as pages."""

    @wraps(handler)
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except ProblemError as problem:
            return _failed(request, problem.status, problem.detail)
        except SQLAlchemyError:
            return _failed(request, HTTPStatus.SERVICE_UNAVAILABLE, _SILENT)

    return answer


def _failed(request: Request, status: HTTPStatus, detail: str) -> Response:
    detail = f"{detail[:1].upper()}{detail[1:]}".rstrip(".") + "."
    return page(request, "message.html", status, title=status.phrase, detail=detail)


def _file(text: str, kind: str, name: str) -> Response:
    headers = HEADERS | {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text, headers=headers, media_type=kind)


def _filled(query: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value}
