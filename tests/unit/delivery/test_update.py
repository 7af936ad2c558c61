"""The update script without Docker: its settings, its ledger, what it is asked."""

from __future__ import annotations

import ast
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from faultcast.delivery import update as script
from faultcast.delivery.update import Change, Ledger, Server, Target, Update, UpdateError

ONE, TWO = (f"sha256:{digit * 64}" for digit in "12")


def change(digest: str, outcome: str) -> Change:
    return Change("2026-01-01T00:00:00Z", "deploy", "ana", digest, outcome)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.jsonl")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A server's folder, in which `main` works."""
    settings = {"image": "host/faultcast", "watch_port": 1, "lock_seconds": 0.1}
    (tmp_path / "target.json").write_text(json.dumps(settings))
    monkeypatch.setattr(script, "__file__", str(tmp_path / "update"))
    monkeypatch.delenv("SSH_ORIGINAL_COMMAND", raising=False)
    return tmp_path


def test_the_digests_that_served_are_newest_first_and_each_once(ledger: Ledger) -> None:
    for digest, outcome in [(ONE, "deployed"), (TWO, "deployed"), (TWO, "failed")]:
        ledger.append(change(digest, outcome))
    ledger.append(change(ONE, "deployed"))
    assert ledger.digests() == [ONE, TWO]


def test_a_line_cut_short_hides_no_other(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(change(ONE, "deployed"))
    with (tmp_path / "ledger.jsonl").open("a") as file:
        file.write('{"time": "2026')
    ledger.append(change(TWO, "started"))
    assert [one.digest for one in ledger.changes()] == [ONE, TWO]
    assert ledger.unfinished() == change(TWO, "started")


def test_a_change_that_ended_is_not_unfinished(ledger: Ledger) -> None:
    assert ledger.unfinished() is None
    ledger.append(change(ONE, "started"))
    ledger.append(change(ONE, "failed"))
    assert ledger.unfinished() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"image": "a/b", "typo": 1}', "{}"])
def test_settings_that_cannot_be_used_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "target.json").write_text(text)
    with pytest.raises(UpdateError, match=r"target\.json cannot be used"):
        Target.read(tmp_path)


def test_it_is_python_that_older_servers_have() -> None:
    ast.parse(Path(script.__file__).read_text(encoding="utf-8"), feature_version=(3, 9))


def test_nothing_serves_before_the_first_deployment(folder: Path) -> None:
    server = Server(Target.read(folder))
    assert server.serving() is None
    (folder / "upstream.conf").write_text("server 127.0.0.1:8081 down;  # nothing yet\n")
    assert server.serving() is None
    (folder / "upstream.conf").write_text("server 127.0.0.1:8082;\n")
    assert server.serving() == 8082


@pytest.mark.parametrize(
    ("status", "upstream", "port"),
    [
        (200, "127.0.0.1:8082", 8082),
        (503, "127.0.0.1:8081, 127.0.0.1:8082", 8082),
        (502, "faultcast", None),  # nginx names the group when it knows no server of it
        (404, "", None),
    ],
)
def test_nginx_is_believed_only_when_it_names_a_port(
    folder: Path, monkeypatch: pytest.MonkeyPatch, status: int, upstream: str, port: int | None
) -> None:
    class Front(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("X-Upstream", upstream)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    # A proxy for other machines, which is not asked for this one.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Front) as front:
        thread = threading.Thread(target=front.serve_forever, args=[0.01])
        thread.start()
        target = replace(Target.read(folder), watch_port=front.server_port)
        asked = Server(target).asked_by_nginx()
        front.shutdown()
        thread.join()
    assert asked == (status, port)
    assert Server(Target.read(folder)).asked_by_nginx() == (0, None)


@pytest.mark.parametrize(
    "digest", ["latest", ONE[:-1], f"{ONE}0", ONE.upper(), f"{ONE}\n", f"{ONE};id", "", "1.0; id"]
)
def test_what_is_no_digest_is_refused_before_anything_happens(folder: Path, digest: str) -> None:
    with pytest.raises(UpdateError, match="is no digest"):
        Update(Target.read(folder)).deploy(digest, "ana")
    assert not (folder / "ledger.jsonl").exists()


def test_a_rollback_without_a_past_is_refused(folder: Path) -> None:
    with pytest.raises(UpdateError, match="nothing served before"):
        Update(Target.read(folder)).rollback("ana")


@pytest.mark.usefixtures("folder")
def test_a_key_that_may_run_only_this_hands_over_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SSH_ORIGINAL_COMMAND", "update status --json")
    assert script.main() == 0
    assert json.loads(capsys.readouterr().out)["digest"] == ""
    monkeypatch.setenv("SSH_ORIGINAL_COMMAND", f"deploy {ONE} --by 'a b'")
    assert script.main() == 1
    assert "--by" in capsys.readouterr().err
    monkeypatch.setenv("SSH_ORIGINAL_COMMAND", "deploy 'unfinished")
    assert script.main() == 1
    assert "quotes" in capsys.readouterr().err


def test_a_second_update_does_not_wait_for_ever(folder: Path) -> None:
    first, second = (Update(Target.read(folder)) for _ in range(2))
    holder = "deploy by ana, process [0-9]+, since [^ ]+, holds the lock"
    with first._locked("deploy", "ana"), pytest.raises(UpdateError, match=holder):
        second.rollback("ben")
