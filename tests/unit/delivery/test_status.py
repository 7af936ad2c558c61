"""Asking a server over SSH what it serves: its answer, and what is said where there is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultcast.cli.delivery import delivery
from faultcast.delivery.status import Deployment, Environment, ask, origins
from faultcast.errors import DeliveryError, StoreError, UnknownModelError
from faultcast.settings import TARGETS
from faultcast.tracking.registry import Registry
from faultcast.tracking.version import Version

SERVED = {
    "digest": "sha256:" + "1" * 64,
    "problem": "",
    "since": "2026-01-01T00:00:00Z",
    "commit": "c" * 40,
    "version": "1.2.3",
    "models": {"mill": "4"},
    "ready": True,
    "changes": [],
}
SERVER = Environment("production", "deploy@server")


def known(_: Registry, name: str, which: str) -> Version:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Version(name, int(which), "5f0c", "", "", "", "d" * 40, now, (), {})


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for ssh that prints a file, or what a test makes of it."""
    program = tmp_path / "ssh"
    (tmp_path / "answer").write_text(json.dumps(SERVED))
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\ncat {tmp_path}/answer\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return program


def test_a_server_is_asked_with_its_host_key_checked(ssh: Path) -> None:
    assert ask(SERVER).models == {"mill": "4"}
    asked = (ssh.parent / "asked").read_text()
    assert "StrictHostKeyChecking=yes" in asked
    assert asked.strip().endswith("-- deploy@server status --json")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'Host key verification failed.' >&2; exit 255", "Host key verification failed"),
        ("exit 1", "no reason given"),
        ("echo welcome", "not that of an update script"),
    ],
)
def test_a_server_that_does_not_say_is_named_with_the_reason(
    ssh: Path, script: str, said: str
) -> None:
    ssh.write_text(f"#!/bin/sh\n{script}\n")
    with pytest.raises(DeliveryError, match=said) as failure:
        ask(SERVER)
    assert "production (deploy@server)" in str(failure.value)


def test_a_machine_without_ssh_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeliveryError, match="ssh is not installed"):
        ask(SERVER)


@pytest.mark.usefixtures("ssh")
def test_the_command_shows_each_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TARGETS["production"], "deploy@server")
    monkeypatch.delenv(TARGETS["staging"], raising=False)
    monkeypatch.setattr(Registry, "find", known)
    told = CliRunner().invoke(delivery, ["status", "--json"], catch_exceptions=False)
    origin = {"version": "4", "run": "5f0c", "commit": "d" * 40, "unknown": ""}
    assert json.loads(told.output) == {"production": SERVED | {"lineage": {"mill": origin}}}
    table = CliRunner().invoke(delivery, ["status"], catch_exceptions=False, env={"COLUMNS": "160"})
    for text in ("sha256:111111111111", "mill/4", "5f0c", "d" * 12):
        assert text in table.output


@pytest.mark.parametrize(("problem", "told"), [("", "nothing"), ("the container is gone",) * 2])
def test_a_server_that_serves_nothing_is_told(
    ssh: Path, monkeypatch: pytest.MonkeyPatch, problem: str, told: str
) -> None:
    empty = {"digest": "", "models": {}, "ready": False, "problem": problem}
    (ssh.parent / "answer").write_text(json.dumps(SERVED | empty))
    monkeypatch.setenv(TARGETS["production"], "deploy@server")
    monkeypatch.delenv(TARGETS["staging"], raising=False)
    table = CliRunner().invoke(delivery, ["status"], catch_exceptions=False, env={"COLUMNS": "160"})
    assert told in table.output


@pytest.mark.usefixtures("ssh")
def test_a_model_that_the_registry_does_not_know_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TARGETS["production"], "deploy@server")
    monkeypatch.delenv(TARGETS["staging"], raising=False)

    def unknown(*_: object) -> Version:
        raise UnknownModelError("mill", [])

    monkeypatch.setattr(Registry, "find", unknown)
    table = CliRunner().invoke(delivery, ["status"], catch_exceptions=False, env={"COLUMNS": "160"})
    assert "mill/4" in table.output
    assert str(UnknownModelError("mill", [])).splitlines()[0][:40] in table.output


def test_a_registry_that_does_not_answer_is_waited_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def silent(_: Registry, name: str, which: str) -> Version:
        asked.append(f"{name}/{which}")
        raise StoreError("http://store", "it does not answer")

    monkeypatch.setattr(Registry, "find", silent)
    deployment = Deployment.model_validate(SERVED | {"models": {"mill": "4", "press": "2"}})
    found = origins(deployment)
    assert asked == ["mill/4"]
    assert [origin.version for origin in found.values()] == ["4", "2"]
    assert all("http://store: it does not answer" in one.unknown for one in found.values())


def test_a_silent_server_does_not_hide_the_other(
    ssh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Registry, "find", known)
    monkeypatch.setenv(TARGETS["staging"], "deploy@gone")
    monkeypatch.setenv(TARGETS["production"], "deploy@server")
    gone = "case $* in *gone*) echo 'no route' >&2; exit 255 ;; esac"
    ssh.write_text(f"#!/bin/sh\n{gone}\ncat {ssh.parent}/answer\n")
    told = CliRunner().invoke(delivery, ["status"], env={"COLUMNS": "160"})
    assert "mill/4" in told.output
    assert isinstance(told.exception, DeliveryError)
    assert "staging (deploy@gone)" in str(told.exception)


def test_no_server_named_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in TARGETS.values():
        monkeypatch.delenv(variable, raising=False)
    told = CliRunner().invoke(delivery, ["status"])
    assert isinstance(told.exception, DeliveryError)
