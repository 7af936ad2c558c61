"""Read a request's body within its limits."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import orjson
from starlette.requests import ClientDisconnect, Request

from faultcast.serving.problems import ProblemError
from faultcast.settings import ServingLimits


async def read_body(request: Request, limits: ServingLimits) -> bytes:
    """Return the body.

    Raises:
        ProblemError: 413 beyond the limit of bytes, 408 beyond the limit of time.
    """
    announced = request.headers.get("content-length", "0")
    if int(announced) > limits.body_bytes:
        raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _collect(request, limits)
    except TimeoutError:
        raise ProblemError(
            HTTPStatus.REQUEST_TIMEOUT,
            f"the body did not arrive within {limits.body_seconds:g} s",
            headers={"connection": "close"},
        ) from None
    except ClientDisconnect:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "the connection was closed early") from None


async def _collect(request: Request, limits: ServingLimits) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limits.body_bytes:
            raise _too_large(limits)
        parts.append(part)
    return b"".join(parts)


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
