"""Asking a running server: what it answers is checked, with the key that is its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from faultcast.cli.ask import ask
from faultcast.errors import AskError
from faultcast.serving.ask import Answered, ask_examples, ask_known
from faultcast.serving.keys import Keys, make_own_key
from faultcast.settings import API_KEY, KEY_FILE, own_api_key

EXAMPLE = {"rows": [{"age": 30}]}
PATHS = {
    "/cases/ship/predictions": {
        "post": {"requestBody": {"content": {"application/json": {"example": EXAMPLE}}}}
    },
    "/models": {"get": {}},
}


@contextmanager
def answering(prediction: dict[str, Any], status: int = 200) -> Iterator[tuple[str, list[Any]]]:
    """A server of one case that gives the same prediction to everything; what it was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({"paths": PATHS} if "openapi" in self.path else [{"name": "ship"}], 200)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((self.path, self.headers["X-API-Key"], body))
            self._answer({"predictions": [prediction] * len(body["rows"])}, status)

        def _answer(self, content: Any, status: int) -> None:
            self.send_response(status)
            self.send_header("X-Model-Version", "7")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


GOOD = {"prediction": True, "probabilities": {"false": 0.25, "true": 0.75}}


def test_each_model_is_sent_its_example_with_the_key() -> None:
    with answering(GOOD) as (url, asked):
        assert list(ask_examples(url, "secret")) == [Answered("/cases/ship/predictions", "7", 2)]
    assert asked == [("/cases/ship/predictions", "secret", EXAMPLE)]


@pytest.mark.parametrize(
    "prediction",
    [{"prediction": True}, {"probabilities": {"true": 1.5}}, {"probabilities": {"true": True}}],
)
def test_an_answer_without_probabilities_is_told(prediction: dict[str, Any]) -> None:
    with answering(prediction) as (url, _), pytest.raises(AskError, match="no probabilities"):
        list(ask_examples(url))


def test_a_refusal_and_a_silent_server_are_told() -> None:
    with answering(GOOD, status=503) as (url, _), pytest.raises(AskError, match="status 503"):
        list(ask_examples(url))
    with pytest.raises(AskError, match="refused"):
        list(ask_examples(url))


def test_a_proxy_is_asked_for_other_machines_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(GOOD) as (here, _), answering(GOOD) as (proxy, _):
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert len(list(ask_examples("http://forecasts.example.com"))) == 1
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        assert len(list(ask_examples(here))) == 1


def test_known_answers_must_come_back() -> None:
    with answering(GOOD) as (url, _):
        right = {"ship": [{"row": {"age": 1}, "prediction": True}], "other": []}
        assert list(ask_known(url, right)) == [Answered("/cases/ship/predictions", "7", 1)]
        wrong = {"ship": [{"row": {"age": 1}, "prediction": False}]}
        with pytest.raises(AskError, match="True, not False"):
            list(ask_known(url, wrong))


def test_the_command_takes_the_key_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(API_KEY, "given")
    known = tmp_path / "known.json"
    known.write_text('{"ship": [{"row": {}, "prediction": true}]}')
    with answering(GOOD) as (url, asked):
        told = CliRunner().invoke(ask, [url, "--known", str(known)], catch_exceptions=False)
    assert told.output.splitlines() == [
        "/cases/ship/predictions: version 7 gives 2 probabilities",
        "/cases/ship/predictions: version 7 gives the 1 known answers",
    ]
    assert {key for _, key, _ in asked} == {"given"}


def test_a_servers_own_key_is_for_its_user_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    monkeypatch.setenv(KEY_FILE, str(file))
    monkeypatch.delenv(API_KEY, raising=False)
    assert own_api_key() == ""
    key, entry = make_own_key(file)
    assert own_api_key() == key
    assert file.stat().st_mode & 0o777 == 0o600
    headers = {b"x-api-key": key.encode()}
    assert Keys.parse(entry).check("POST", "/predict", headers).name == "own"
    assert make_own_key(file)[0] != key
