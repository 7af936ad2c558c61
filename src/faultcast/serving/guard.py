"""What every request passes through: an id, its turn, the model's version, no traceback."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections import Counter
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from faultcast.serving.keys import OWN, Keys
from faultcast.serving.metrics import Metrics
from faultcast.serving.predictions import RECORDED
from faultcast.serving.problems import ProblemError
from faultcast.settings import ServingLimits

_LOG = logging.getLogger("faultcast.serving")
SELF_TEST = b"x-self-test"
_GIVEN_ID = re.compile(rb"^[A-Za-z0-9._-]{1,64}$")


class Guard:
    """Lets requests through to ASGI applications."""

    def __init__(self, limits: ServingLimits, keys: Keys, metrics: Metrics) -> None:
        self._limits = limits
        self._keys = keys
        self._metrics = metrics
        self._of_callers: Counter[str] = Counter()

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let an application answer a request."""
        headers = dict(scope["headers"])
        request_id = _request_id(headers)
        # Of its own: uvicorn gives the same state to every request of an application.
        state = scope["state"] = {**scope.get("state", {}), "request_id": request_id}
        begin, status = time.perf_counter(), 0

        async def send_signed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode()),
                    *_version(state),
                ]
            await send(message)

        try:
            key = self._keys.check(scope["method"], scope["path"], headers)
            state["key"] = key
            caller = key.name if key else (scope.get("client") or ("",))[0]
            self._admit(caller)
            recorded = RECORDED.set(not (key and key.name == OWN and SELF_TEST in headers))
            try:
                await app(scope, receive, send_signed)
            finally:
                RECORDED.reset(recorded)
                self._dismiss(caller)
        except ProblemError as problem:
            await problem.response(request_id, scope["path"])(scope, receive, send_signed)
        except Exception:
            _LOG.exception("request %s failed", request_id)
            if status:
                raise
            failed = ProblemError(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                f"the server failed; its log tells why under {request_id}",
            )
            await failed.response(request_id, scope["path"])(scope, receive, send_signed)
        finally:
            self._metrics.answered(_route(scope), status, time.perf_counter() - begin)

    def _admit(self, caller: str) -> None:
        """Give a caller a turn.

        Raises:
            ProblemError: 503, the server is full; 429, the caller has too many requests open.
        """
        if self._of_callers.total() >= self._limits.requests:
            raise ProblemError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{self._limits.requests} requests are being answered, no more are taken: try "
                "again in a moment",
                headers={"retry-after": "1"},
            )
        if self._of_callers[caller] >= self._limits.requests_of_a_caller:
            raise ProblemError(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"you have {self._limits.requests_of_a_caller} requests open: wait for an answer "
                "before the next one",
                headers={"retry-after": "1"},
            )
        self._of_callers[caller] += 1

    def _dismiss(self, caller: str) -> None:
        self._of_callers[caller] -= 1
        if not self._of_callers[caller]:
            del self._of_callers[caller]


class Guarded:
    """An ASGI application behind a guard."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app, self._guard = app, guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or the application's start and end."""
        if scope["type"] == "http":
            await self._guard.serve(self._app, scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _request_id(headers: dict[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id", b"")
    return given.decode() if _GIVEN_ID.match(given) else secrets.token_hex(16)


def _route(scope: Scope) -> str:
    """Name what answered, without what varies in its path."""
    if route := scope["state"].get("route"):
        return str(route)
    endpoint = scope.get("endpoint")
    return getattr(endpoint, "__qualname__", "none") if endpoint else "none"


def _version(state: dict[str, object]) -> list[tuple[bytes, bytes]]:
    version = state.get("model_version")
    return [(b"x-model-version", str(version).encode("latin-1", "replace"))] if version else []
