"""Read a request's body within its limits."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import orjson
from starlette.types import Receive, Scope

from faultcast.serving.problems import ProblemError
from faultcast.settings import ServingLimits


async def read_body(scope: Scope, receive: Receive, limits: ServingLimits) -> bytes:
    """Return the body.

    Raises:
        ProblemError: 413 beyond the limit of bytes, 408 beyond the limit of time.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and int(value) > limits.body_bytes:
            raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _collect(receive, limits)
    except TimeoutError:
        raise ProblemError(
            HTTPStatus.REQUEST_TIMEOUT,
            f"the body did not arrive within {limits.body_seconds:g} s",
            headers={"connection": "close"},
        ) from None


async def _collect(receive: Receive, limits: ServingLimits) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ProblemError(HTTPStatus.BAD_REQUEST, "the connection was closed early")
        part, more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        if size > limits.body_bytes:
            raise _too_large(limits)
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(limits: ServingLimits) -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"the body is larger than {limits.body_bytes:,} bytes; send fewer machines at a time",
        headers={"connection": "close"},
    )


def read_json(body: bytes) -> object:
    """Return what a JSON body says.

    Raises:
        ProblemError: 400, it is not JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {fault}") from None
