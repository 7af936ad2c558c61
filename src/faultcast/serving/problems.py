"""Failures as RFC 9457 problem documents; a traceback never leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

import orjson
from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
_SHOWN = 20


class Fault(NamedTuple):
    """What is wrong at one place of a body: a JSON pointer and a sentence."""

    pointer: str
    detail: str


class ProblemError(Exception):
    """A request that is answered with a problem document."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.faults, self.headers = faults, dict(headers or {})
        self.more = dict(more or {})

    def response(self, request_id: str, path: str) -> Response:
        """Return the problem document."""
        document: dict[str, object] = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "instance": path,
            "request_id": request_id,
            **self.more,
        }
        if self.faults:
            document["errors"] = [fault._asdict() for fault in self.faults[:_SHOWN]]
        return Response(orjson.dumps(document), self.status, self.headers, MEDIA_TYPE)


def unprocessable(faults: Sequence[Fault]) -> ProblemError:
    """Return the problem of a body that can be read but not used."""
    first = faults[0]
    more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"{first.pointer or 'the body'}: {first.detail}{more}",
        faults=faults,
    )


async def answer_problem(request: Request, problem: Exception) -> Response:
    """Answer a request that ended in a problem."""
    assert isinstance(problem, ProblemError)
    return problem.response(request.state.request_id, request.url.path)
