"""Ask a running server for a forecast of every model that it serves, and check the answers."""

from __future__ import annotations

import http.client
import json
import math
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from faultcast.errors import AskError

_SECONDS = 30
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
Json = dict[str, Any]
# By case: rows, each with the prediction that must come back.
Known = Mapping[str, Sequence[Json]]


class Answered(NamedTuple):
    """A question that was answered well: its path, the model's version, how many probabilities."""

    path: str
    version: str
    probabilities: int


def ask_examples(url: str, key: str = "") -> Iterator[Answered]:
    """Send every model the example of its own description; yield what is answered well.

    Args:
        url: the server's address, such as http://127.0.0.1:8080.
        key: an API key, where the server wants one.

    Raises:
        AskError: the server, or one of its models, does not answer as it should.
    """
    paths = _ask(url, "/openapi.json", key)[0]["paths"]
    asked = [
        (path, content["application/json"]["example"])
        for path, methods in sorted(paths.items())
        if (content := methods.get("post", {}).get("requestBody", {}).get("content"))
        and "example" in content.get("application/json", {})
    ]
    if not asked:
        raise AskError(url, "it describes no model")
    for path, example in asked:
        answer, version = _ask(url, path, key, example)
        found = list(_probabilities(answer))
        if not found or not all(0 <= value <= 1 for value in found):
            raise AskError(f"{url}{path}", f"no probabilities: {str(answer)[:300]}")
        yield Answered(path, version, len(found))


def ask_known(url: str, known: Known, key: str = "") -> Iterator[Answered]:
    """Send rows whose prediction is known to the cases that are served; yield each good answer.

    Raises:
        AskError: a prediction is another one.
    """
    served = {model["name"] for model in _ask(url, "/models", key)[0]}
    for case in sorted(served & set(known)):
        path = f"/cases/{case}/predictions"
        rows = [one["row"] for one in known[case]]
        answer, version = _ask(url, path, key, {"rows": rows})
        for one, got in zip(known[case], answer["predictions"], strict=True):
            if got["prediction"] != one["prediction"]:
                raise AskError(
                    f"{url}{path}", f"{one['row']}: {got['prediction']}, not {one['prediction']}"
                )
        yield Answered(path, version, len(rows))


def _ask(url: str, path: str, key: str, body: Json | None = None) -> tuple[Any, str]:
    # With the server's own key: nothing of this goes to the prediction store.
    headers = {"Content-Type": "application/json", "X-Self-Test": "1"}
    if key:
        headers["X-API-Key"] = key
    request = urllib.request.Request(
        f"{url.rstrip('/')}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers=headers,
    )
    try:
        with _opener(url).open(request, timeout=_SECONDS) as answer:
            return json.load(answer), answer.headers.get("X-Model-Version", "")
    except HTTPError as refused:
        told = refused.read(300).decode(errors="replace")
        raise AskError(f"{url}{path}", f"status {refused.code}: {told}") from None
    except (URLError, OSError, ValueError, http.client.HTTPException) as failure:
        raise AskError(f"{url}{path}", str(failure)) from None


def _opener(url: str) -> urllib.request.OpenerDirector:
    """Return what asks the environment's proxy for other machines, and nobody for this one.

    Docker's client can put a proxy into every container.
    """
    at_home = urlsplit(url).hostname in _THIS_MACHINE
    return urllib.request.build_opener(urllib.request.ProxyHandler({} if at_home else None))


def _probabilities(answer: object, named: str = "") -> Iterator[float]:
    """Yield the numbers under a name with `probabilit` in it, however deep."""
    if isinstance(answer, Mapping):
        for name, value in answer.items():
            yield from _probabilities(value, name if "probabilit" in name else named)
    elif isinstance(answer, list):
        for value in answer:
            yield from _probabilities(value, named)
    elif named and isinstance(answer, int | float):
        yield float(answer) if not isinstance(answer, bool) else math.nan
