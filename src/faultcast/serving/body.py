"""Read a request's body within its limits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Generator
from http import HTTPStatus
from types import coroutine
from typing import Any

import orjson
from starlette.types import Message, Receive, Scope

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
    # Most bodies are there with their request; to set a clock would take longer than to read them.
    body, (message, rest) = bytearray(), _begin(receive)
    if message and not _add(message, body, limits):
        return bytes(body)
    try:
        async with asyncio.timeout(limits.body_seconds):
            while _add(await (rest or receive()), body, limits):
                rest = None
    except TimeoutError:
        raise ProblemError(
            HTTPStatus.REQUEST_TIMEOUT,
            f"the body did not arrive within {limits.body_seconds:g} s",
            headers={"connection": "close"},
        ) from None
    return bytes(body)


def _begin(receive: Receive) -> tuple[Message | None, Awaitable[Message] | None]:
    """Return a message that is there already, or else what waits for it."""
    begun = receive().__await__()
    try:
        waits_for = next(begun)
    except StopIteration as arrived:
        return arrived.value, None
    return None, _go_on(begun, waits_for)


@coroutine
def _go_on(begun: Generator[Any, Any, Message], waits_for: Any) -> Generator[Any, Any, Message]:
    yield waits_for
    return (yield from begun)


def _add(message: Message, body: bytearray, limits: ServingLimits) -> bool:
    """Add a message's part to the body; tells whether there is more."""
    if message["type"] == "http.disconnect":
        raise ProblemError(HTTPStatus.BAD_REQUEST, "the connection was closed early")
    body += message.get("body", b"")
    if len(body) > limits.body_bytes:
        raise _too_large(limits)
    return bool(message.get("more_body", False))


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
