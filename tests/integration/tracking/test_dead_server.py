"""Without a server that answers, a run waits three seconds at most, warns once, keeps all."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from time import monotonic, sleep

import pytest

from faultcast.config.layout import Layout
from faultcast.errors import StoreAddressError, StoreError
from faultcast.tracking import connection
from faultcast.tracking.record import pending
from faultcast.tracking.sync import BoundedSync
from tests.integration.tracking.syncing import write_record

LONGEST = 3.0


class _Answering(BaseHTTPRequestHandler):
    """An MLflow server as far as its version, and then as slow as can be borne."""

    version = "3.0.0"

    def do_GET(self) -> None:
        if self.path != "/version":
            sleep(1.2)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.version.encode() if self.path == "/version" else b"{}")

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Answering,), {})) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def silent() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.delenv("FAULTCAST_RECORDS", raising=False)
    (tmp_path / "configs").mkdir()
    (tmp_path / "params.yaml").write_text("plants: []\n")
    for number in range(5):
        write_record(Layout(tmp_path), "dead", number)
    return Layout(tmp_path)


def address(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def waited(layout: Layout) -> tuple[BoundedSync, float]:
    import_module("mlflow")  # what a healthy server takes as well
    job = BoundedSync(layout, LONGEST)
    began = monotonic()
    job.run()
    return job, monotonic() - began


@pytest.mark.parametrize("uri", ["http://127.0.0.1:9", "http://no-such-host.invalid:5000"])
def test_nobody_there_is_told_at_once(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    job, seconds = waited(layout)
    assert seconds < LONGEST
    assert "5 runs wait" in str(job.fault)
    assert len(pending(layout)) == 5


def test_a_server_that_accepts_and_stays_silent_is_given_up(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", silent)
    job, seconds = waited(layout)
    assert seconds < LONGEST
    assert "no answer" in str(job.fault) or "timed out" in str(job.fault)
    assert len(pending(layout)) == 5


def test_a_slow_server_takes_three_seconds_in_all(
    layout: Layout, server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address(server))
    job, seconds = waited(layout)
    assert not job.ended
    assert seconds < LONGEST + 0.5
    assert len(pending(layout)) == 5


def test_the_command_warns_once_and_ends_well(layout: Layout, server: ThreadingHTTPServer) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("faultcast"), "sync", "--within", "3"],
        cwd=layout.root,
        env={"MLFLOW_TRACKING_URI": address(server), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert len(done.stderr.strip().splitlines()) <= 2, done.stderr
    assert "faultcast sync" in done.stderr
    assert len(pending(layout)) == 5


@pytest.mark.parametrize("kind", ["dead", "silent", "slow"])
def test_the_gate_after_a_run_waits_for_no_server_and_warns_once(
    layout: Layout, server: ThreadingHTTPServer, silent: str, kind: str
) -> None:
    (layout.root / "params.yaml").write_text("plants: [mill]\n")  # its gate is not asked
    uri = {"dead": "http://127.0.0.1:9", "silent": silent, "slow": address(server)}[kind]
    done = subprocess.run(
        [Path(sys.executable).with_name("faultcast"), "gate", "--later"],
        cwd=layout.root,
        env={"MLFLOW_TRACKING_URI": uri, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("faultcast: ") == 1, done.stderr
    assert "faultcast sync" in done.stderr
    assert "judging" not in done.stderr
    assert len(pending(layout)) == 5


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("2.9.1", "use one major version"),
        ("4.0.0", "use one major version"),
        ("<p>Hi", "no MLflow"),
    ],
)
def test_another_kind_of_server_is_refused_before_anything_is_sent(
    layout: Layout,
    server: ThreadingHTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    said: str,
) -> None:
    monkeypatch.setattr(server.RequestHandlerClass, "version", version, raising=True)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address(server))
    with pytest.raises(StoreError, match=said):
        connection.check(layout.root)


@pytest.mark.parametrize("uri", ["htp://x", "http://", "not an address", "file:///x"])
def test_what_is_no_address_is_refused_with_examples(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    with pytest.raises(StoreAddressError, match="http://host:5000"):
        connection.check(layout.root)
