"""The board's pages: templates, how values are written, and what a browser may load."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from faultcast.config.duration import format_duration
from faultcast.templates import templates

_HERE = Path(__file__).parent
_STATIC = _HERE / "static"
ASSETS = {
    "board.css": "text/css",
    "board.js": "text/javascript",
    "uplot/uPlot.iife.min.js": "text/javascript",
    "uplot/uPlot.min.css": "text/css",
}
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
_WIDTH, _HEIGHT = 120, 32


def page(
    request: Request, template: str, status: HTTPStatus = HTTPStatus.OK, **values: object
) -> HTMLResponse:
    """Write a page."""
    root = str(request.scope.get("root_path", ""))
    text = _environment().get_template(template).render(root=root, **values)
    return HTMLResponse(text, status, HEADERS)


async def asset(request: Request) -> Response:
    """Answer with a script or a style."""
    name = request.path_params["name"]
    if name not in ASSETS:
        return page(request, "message.html", HTTPStatus.NOT_FOUND, title="There is no such file")
    headers = HEADERS | {"cache-control": "no-cache"}
    return FileResponse(_STATIC / name, headers=headers, media_type=ASSETS[name])


@cache
def _environment() -> Environment:
    return templates(
        "faultcast.serving.board",
        percent=percent,
        ago=ago,
        moment=moment,
        data=data,
        duration=duration,
        words=lambda name: name.replace("_", " "),
        spark=spark,
        segment=lambda text: quote(text, safe=""),
    )


def percent(value: float) -> str:
    """Write a probability for people."""
    if 0 < value < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < value < 1 else f"{value:.0%}".replace("%", " %")


def duration(span: timedelta) -> str:
    """Write a duration for people: `24 h`."""
    text = format_duration(span)
    return f"{text[:-1]} {text[-1:].replace('m', 'min')}"


def ago(span: timedelta) -> str:
    """Write an age for people."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def moment(time: datetime, zone: ZoneInfo) -> str:
    """Write a moment on the plant's clock."""
    return time.astimezone(zone).strftime("%a %d %b, %H:%M")


def data(value: object) -> Markup:
    """Write data for a script into a page: nothing in it can end the element."""
    text = json.dumps(value, allow_nan=False)
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)


def spark(course: Sequence[tuple[datetime, float]], threshold: float) -> dict[str, object]:
    """Return the line of a small chart, 0 to 1 from bottom to top.

    Returns:
        `points` of the line, `level` of the threshold and `x`, `y` of the newest value.
    """
    begin, end = course[0][0], course[-1][0]
    span = (end - begin).total_seconds() or 1
    places = [
        (round(2 + (_WIDTH - 5) * (time - begin).total_seconds() / span, 1), _level(value))
        for time, value in course
    ]
    x, y = places[-1]
    line = " ".join(f"{a},{b}" for a, b in places)
    return {"points": line, "level": _level(threshold), "x": x, "y": y}


def _level(value: float) -> float:
    return round(_HEIGHT - 3 - (_HEIGHT - 6) * value, 1)
