"""What a planner says of a machine after a look at it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from faultcast.serving.board.risk import utc_now
from faultcast.serving.problems import ProblemError

_LONGEST = {"who": 80, "note": 500}


class Mark(StrEnum):
    """What was found or done."""

    INSPECTED = "inspected"
    REPAIRED = "repaired"
    FALSE_ALARM = "false alarm"


def read_feedback(form: Mapping[str, str], components: list[str]) -> tuple[dict[str, Any], str]:
    """Read a form.

    Args:
        form: its fields.
        components: those of the machine.

    Returns:
        A row for the store, and what is wrong with it; empty if nothing is.
    """
    told = {name: form.get(name, "").strip() for name in ("mark", "component", "who", "note")}
    row = {
        **told,
        "uid": secrets.token_hex(16),
        "time": utc_now(),
        "plant": form.get("plant", ""),
        "machine": form.get("machine", ""),
        "component": told["component"] or None,
    }
    return row, _fault(told, components)


def check_origin(request: Request) -> None:
    """Let a form in only from the board's own pages: a browser tells where it was sent from.

    Raises:
        ProblemError: 403, it was sent from another site.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        ours = site == "same-origin"
    else:
        ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not ours:
        raise ProblemError(HTTPStatus.FORBIDDEN, "feedback is taken from the board's own pages")


def _fault(told: Mapping[str, str], components: list[str]) -> str:
    if told["mark"] not in list(Mark):
        return "Say what was done: inspected, repaired or false alarm."
    if told["component"] and told["component"] not in components:
        return "Choose one of the machine's components, or none."
    if not told["who"]:
        return "Say who you are, so that others can ask you."
    for name, most in _LONGEST.items():
        if len(told[name]) > most:
            return f"Keep the field {name} below {most} letters."
    if "\0" in told["who"] + told["note"]:
        return "The text holds a zero byte."
    return ""
