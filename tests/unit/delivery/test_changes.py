"""Deploy, rollback and repair, step by step, on a server without Docker."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faultcast.delivery import update as script
from faultcast.delivery.update import Change, Ledger, Server, Target, Update, UpdateError
from tests.unit.delivery.fake_server import IMAGE, FakeServer

DIGESTS = [f"sha256:{digit * 64}" for digit in "12345"]
ONE, TWO, *_ = DIGESTS
UNKNOWN = "sha256:" + "0" * 64


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    fake = FakeServer(tmp_path)
    for digest in DIGESTS:
        fake.publish(digest)
    monkeypatch.setattr(script, "_run", fake.run)
    with fake.answering() as watch_port:
        settings = {"image": IMAGE, "watch_port": watch_port, "ports": fake.ports}
        settings |= {"drain_seconds": 0, "ready_seconds": 0.1, "lock_seconds": 0.1}
        (tmp_path / "target.json").write_text(json.dumps(settings))
        yield fake


@pytest.fixture
def update(server: FakeServer) -> Update:
    return Update(Target.read(server.folder))


def outcomes(server: FakeServer) -> list[tuple[str, str]]:
    changes = Ledger(server.folder / "ledger.jsonl").changes()
    return [(change.outcome, change.digest) for change in changes]


def test_the_first_deployment_is_told_with_its_labels(update: Update) -> None:
    assert update.deploy(ONE, "ana", "c" * 40) == f"{ONE} serves"
    status = update.status()
    assert (status["digest"], status["ready"], status["version"]) == (ONE, True, "1.2.3")
    newest, begun = status["changes"]
    assert (begun["outcome"], newest["outcome"], newest["by"]) == ("started", "deployed", "ana")
    assert (newest["commit"], newest["models"]) == ("c" * 40, {"mill": "4"})


def test_a_container_may_write_nothing_but_its_data(update: Update, server: FakeServer) -> None:
    (server.folder / "container.env").write_text("FAULTCAST_API_KEYS=x\n")
    update.deploy(ONE, "ana")
    (run,) = [" ".join(words) for words in server.calls if words[:2] == ("docker", "run")]
    for option in ("--read-only", "--cap-drop ALL", "--security-opt no-new-privileges"):
        assert option in run
    assert f"--env-file {server.folder}/container.env" in run
    assert "--publish 127.0.0.1:" in run
    assert "--network faultcast --env FORWARDED_ALLOW_IPS=172.18.0.1" in run


def test_updates_take_turns_on_two_ports_and_keep_the_images_of_three_before(
    update: Update, server: FakeServer
) -> None:
    ports = []
    for digest in DIGESTS:
        update.deploy(digest, "ana")
        (container,) = server.containers
        assert server.containers[container] == digest
        ports.append(container)
    assert ports[0] != ports[1]
    assert ports[0::2] == [ports[0]] * 3
    assert set(server.images) == set(DIGESTS[-4:])


def test_rollback_puts_back_what_served_and_asked_again_stays_there(
    update: Update, server: FakeServer
) -> None:
    update.deploy(ONE, "ana")
    update.deploy(TWO, "ana")
    assert update.rollback("ben") == f"{ONE} serves"
    told = outcomes(server)
    assert update.rollback("ben").startswith(f"rolled back already: {ONE} serves already")
    assert outcomes(server) == told
    update.deploy(TWO, "ana")
    update.rollback("ben")
    assert update.status()["digest"] == ONE


def test_a_rollback_that_was_killed_is_completed_and_not_undone(
    update: Update, server: FakeServer
) -> None:
    update.deploy(ONE, "ana")
    update.deploy(TWO, "ana")
    update.rollback("ben")
    ledger = server.folder / "ledger.jsonl"
    *lines, _ = ledger.read_text().splitlines()  # killed before it could say that it ended
    ledger.write_text("\n".join(lines) + "\n")
    assert "rolled back already" in update.rollback("ben")
    assert update.status()["digest"] == ONE


def test_a_rollback_without_a_container_goes_to_the_version_before(
    update: Update, server: FakeServer
) -> None:
    update.deploy(ONE, "ana")
    update.deploy(TWO, "ana")
    server.containers.clear()
    update.rollback("ben")
    assert update.status()["digest"] == ONE


def test_what_serves_is_not_deployed_again(update: Update, server: FakeServer) -> None:
    update.deploy(ONE, "ana")
    before = outcomes(server)
    assert "serves already" in update.deploy(ONE, "ana")
    assert outcomes(server) == before


def test_what_serves_no_more_is_deployed_again(update: Update, server: FakeServer) -> None:
    update.deploy(ONE, "ana")
    (old,) = server.containers
    server.unready.add(int(old.rpartition("-")[2]))
    assert update.deploy(ONE, "ana") == f"{ONE} serves"
    assert server.containers.keys() != {old}


def test_changed_settings_come_into_service_by_deploying_again(
    update: Update, server: FakeServer
) -> None:
    update.deploy(ONE, "ana")
    (server.folder / "container.env").write_text("FAULTCAST_API_KEYS=other\n")
    assert update.deploy(ONE, "ana") == f"{ONE} serves"
    assert "serves already" in update.deploy(ONE, "ana")


# What is called, what it says when it fails, and what the ledger says then.
FAULTS = {
    "network": (("docker", "network"), "no room", "faultcast cannot be made: no room"),
    "pull": (("docker", "pull"), "denied", "could not be pulled: denied"),
    "start": (("docker", "run"), "no such file", "does not start: no such file"),
    "self-test": (("docker", "exec"), "503", "self-test failed: 503"),
    "nginx": (("nginx", "-t"), "unexpected }", "nginx refuses its configuration: unexpected }"),
}


@pytest.mark.parametrize(("call", "said", "told"), FAULTS.values(), ids=FAULTS.keys())
def test_what_fails_leaves_the_old_version_and_the_reason(
    update: Update, server: FakeServer, call: tuple[str, ...], said: str, told: str
) -> None:
    update.deploy(ONE, "ana")
    upstream = (server.folder / "upstream.conf").read_text()
    server.fails[call] = said
    with pytest.raises(UpdateError, match=re.escape(told)):
        update.deploy(TWO, "ana")
    assert list(server.containers.values()) == [ONE]
    assert (server.folder / "upstream.conf").read_text() == upstream
    assert outcomes(server)[-2:] == [("started", TWO), ("failed", TWO)]
    assert told in update.status()["changes"][0]["reason"]


@pytest.mark.parametrize(
    ("state", "said"), [("false 0", "ended: trace"), ("true 3", "ended"), ("true 0", "not ready")]
)
def test_a_container_that_is_not_ready_never_serves(
    update: Update,
    server: FakeServer,
    state: str,
    said: str,
) -> None:
    update.deploy(ONE, "ana")
    (old,) = server.containers
    server.unready |= {port for port in server.ports if not old.endswith(str(port))}
    server.state, server.fails["docker", "logs"] = state, "trace"
    with pytest.raises(UpdateError, match=said):
        update.deploy(TWO, "ana")
    assert list(server.containers.values()) == [ONE]


def test_a_container_that_dies_after_the_switch_gives_way_to_the_old_one(
    update: Update, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    update.deploy(ONE, "ana")
    upstream = (server.folder / "upstream.conf").read_text()
    (old,) = server.containers
    new = next(port for port in server.ports if not old.endswith(str(port)))
    seen = []

    def die(_: float) -> None:
        seen.append((server.folder / "upstream.conf").read_text())
        server.dead.add(new)

    monkeypatch.setattr(script.time, "sleep", die)
    with pytest.raises(UpdateError, match="does not answer any more"):
        update.deploy(TWO, "ana")
    assert f"server 127.0.0.1:{old.rpartition('-')[2]} backup;" in seen[-1]
    assert (server.folder / "upstream.conf").read_text() == upstream
    assert server.containers == {old: ONE}
    assert outcomes(server)[-1] == ("failed", TWO)


def test_a_container_that_had_to_be_started_again_gives_way_to_the_old_one(
    update: Update, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    update.deploy(ONE, "ana")

    def die_and_come_back(_: float) -> None:
        server.state = "true 1"

    monkeypatch.setattr(script.time, "sleep", die_and_come_back)
    with pytest.raises(UpdateError, match="does not answer any more"):
        update.deploy(TWO, "ana")
    assert list(server.containers.values()) == [ONE]


def test_a_failed_version_that_could_not_be_left_is_left_by_the_next_call(
    update: Update, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    update.deploy(ONE, "ana")

    def failing(why: str) -> Callable[..., None]:
        def fail(*_: object) -> None:
            raise UpdateError(why)

        return fail

    with monkeypatch.context() as patch:
        patch.setattr(Update, "_drain", failing("it died"))
        patch.setattr(Server, "switch_back", failing("no space left"))
        patch.setattr(Server, "remove", lambda *_: None)
        with pytest.raises(UpdateError, match="it died"):
            update.deploy(TWO, "ana")
    assert update.status()["changes"][0]["reason"] == "it died"
    assert sorted(server.containers.values()) == [ONE, TWO]
    assert "serves already" in update.deploy(ONE, "ben")
    assert list(server.containers.values()) == [ONE]


def test_what_cannot_be_removed_after_the_switch_is_no_failure(
    update: Update, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    update.deploy(ONE, "ana")

    def stuck(_: Server, port: int) -> None:
        if f"faultcast-{port}" in server.containers:
            raise UpdateError("docker stop did not end in 60 s")

    with monkeypatch.context() as patch:
        patch.setattr(Server, "stop", stuck)
        told = update.deploy(TWO, "ana")
    assert told.startswith(f"{TWO} serves; the next call removes what served before: docker stop")
    assert outcomes(server)[-1] == ("deployed", TWO)
    assert "serves already" in update.deploy(TWO, "ben")
    assert list(server.containers.values()) == [TWO]


def test_whatever_is_raised_all_is_as_before_and_the_ledger_says_failed(
    update: Update, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    update.deploy(ONE, "ana")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "self_test", interrupted)
    with pytest.raises(KeyboardInterrupt):
        update.deploy(TWO, "ana")
    assert list(server.containers.values()) == [ONE]
    assert outcomes(server)[-1] == ("failed", TWO)
    assert update.status()["changes"][0]["reason"] == "KeyboardInterrupt"


def test_without_nginx_nothing_is_changed_and_the_ledger_says_why(
    update: Update, server: FakeServer
) -> None:
    update.deploy(ONE, "ana")
    server.fails["nginx", "-t"] = "no such file"
    server.containers["another"] = ""
    with pytest.raises(UpdateError, match="nginx refuses its configuration: no such file"):
        update.rollback("ben")
    newest = update.status()["changes"][0]
    assert (newest["action"], newest["outcome"], newest["by"]) == ("rollback", "failed", "ben")


def test_an_image_of_another_commit_is_not_started(update: Update, server: FakeServer) -> None:
    with pytest.raises(UpdateError, match=r"was built from commit c{40}, not a{40}"):
        update.deploy(ONE, "ana", "a" * 40)
    assert server.containers == {}
    assert outcomes(server)[-1] == ("failed", ONE)
    update.deploy(ONE, "ana", "c" * 40)
    with pytest.raises(UpdateError, match="was built from commit"):
        update.deploy(ONE, "ana", "a" * 40)


@pytest.mark.parametrize(("folder", "free"), [("", 1), ("docker", 1023), ("containerd", 1023)])
def test_nothing_is_begun_on_a_full_disk(
    update: Update, server: FakeServer, monkeypatch: pytest.MonkeyPatch, folder: str, free: int
) -> None:
    roomy = shutil.disk_usage(server.folder)._replace(free=2**40)
    full = server.folder / folder

    def usage(asked: Path) -> object:
        return roomy._replace(free=free * 2**20) if asked == full else roomy

    monkeypatch.setattr(shutil, "disk_usage", usage)
    monkeypatch.setattr(script, "_CONTAINERD", server.folder / "containerd")
    if folder == "containerd":
        server.driver = "[[driver-type io.containerd.snapshotter.v1]]"
    with pytest.raises(UpdateError, match=f"only {free} MiB are free at {full}, "):
        update.deploy(ONE, "ana")
    assert server.images == {}
    assert outcomes(server)[-1] == ("failed", ONE)


def killed_with(server: FakeServer, digest: str, container: str = "") -> None:
    """Leave what a call leaves that is killed while it brings a digest in."""
    begun = Change("2026-01-01T00:00:00Z", "deploy", "ana", digest, "started")
    Ledger(server.folder / "ledger.jsonl").append(begun)
    if container:
        (serving,) = server.containers
        server.images[digest] = server.registry[digest]
        server.containers[container] = digest
        server.labels[container] = server.labels[serving] | {"faultcast.begun": begun.time}


def test_a_call_killed_before_the_switch_was_interrupted(
    update: Update, server: FakeServer
) -> None:
    update.deploy(ONE, "ana")
    (serving,) = server.containers
    (other,) = {f"faultcast-{port}" for port in server.ports} - {serving}
    killed_with(server, TWO, other)
    update.deploy(ONE, "ben")
    assert server.containers == {serving: ONE}
    assert outcomes(server)[-2:] == [("started", TWO), ("interrupted", TWO)]


def test_a_call_killed_after_the_switch_is_completed(update: Update, server: FakeServer) -> None:
    update.deploy(ONE, "ana")
    (old,) = server.containers
    (new,) = {f"faultcast-{port}" for port in server.ports} - {old}
    killed_with(server, TWO, new)
    (server.folder / "upstream.conf").write_text(f"server 127.0.0.1:{new.rpartition('-')[2]};\n")
    assert "serves already" in update.deploy(TWO, "ben")
    assert server.containers == {new: TWO}
    newest = update.status()["changes"][0]
    assert (newest["outcome"], newest["by"], newest["version"]) == ("deployed", "ana", "1.2.3")
    update.rollback("ben")
    assert list(server.containers.values()) == [ONE]


@pytest.mark.parametrize(("dead", "left"), [(False, TWO), (True, ONE)])
def test_a_call_killed_while_it_drains_leaves_what_answers(
    update: Update, server: FakeServer, dead: bool, left: str
) -> None:
    update.deploy(ONE, "ana")
    (old,) = server.containers
    port = int(old.rpartition("-")[2])
    new = next(one for one in server.ports if one != port)
    killed_with(server, TWO, f"faultcast-{new}")
    server.dead |= {new} if dead else set()
    (server.folder / "upstream.conf").write_text(
        f"server 127.0.0.1:{new};\nserver 127.0.0.1:{port} backup;\n"
    )
    with pytest.raises(UpdateError, match="could not be pulled"):
        update.deploy(UNKNOWN, "ben")
    assert list(server.containers.values()) == [left]
    assert "backup" not in (server.folder / "upstream.conf").read_text()
    assert ("interrupted" if dead else "deployed", TWO) in outcomes(server)


def test_the_command_tells_what_serves(
    server: FakeServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(script, "__file__", str(server.folder / "update"))
    monkeypatch.setenv("SSH_ORIGINAL_COMMAND", f"deploy {ONE} --by ana")
    assert script.main() == 0
    monkeypatch.setenv("SSH_ORIGINAL_COMMAND", f"deploy {UNKNOWN} --by ana")
    assert script.main() == 1
    assert capsys.readouterr().err.startswith("update: host/faultcast@sha256:000")
    monkeypatch.setenv("SSH_ORIGINAL_COMMAND", "rollback --by ana")
    assert script.main() == 1
    assert "nothing served before" in capsys.readouterr().err
    monkeypatch.setenv("SSH_ORIGINAL_COMMAND", "status")
    assert script.main() == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"serves   {ONE}"
    assert said[1].endswith("(ready)")
    assert said[3] == 'models   {"mill": "4"}'
    assert "failed" in said[4]


def test_a_container_that_is_gone_is_not_told_as_nothing(
    update: Update, server: FakeServer
) -> None:
    update.deploy(ONE, "ana")
    (name,) = server.containers
    server.containers.clear()
    assert script._told(update.status()).startswith(f"serves   the container {name} is gone")
    server.fails["docker", "inspect"] = "Cannot connect to the Docker daemon"
    told = script._told(update.status())
    assert told.startswith("serves   Docker does not answer: Cannot connect")


def test_while_docker_does_not_answer_a_killed_call_stays_unfinished(
    update: Update, server: FakeServer
) -> None:
    update.deploy(ONE, "ana")
    killed_with(server, ONE)
    server.fails["docker", "inspect"] = "Cannot connect to the Docker daemon"
    with pytest.raises(UpdateError, match="Docker does not answer"):
        update.deploy(TWO, "ben")
    assert outcomes(server)[-1] == ("started", ONE)


def test_a_killed_call_with_new_settings_did_not_bring_them_in(
    update: Update, server: FakeServer
) -> None:
    update.deploy(ONE, "ana")
    killed_with(server, ONE)
    update.deploy(ONE, "ben")
    assert outcomes(server)[-1] == ("interrupted", ONE)


def test_settings_that_come_in_after_a_rollback_do_not_undo_it(
    update: Update, server: FakeServer
) -> None:
    update.deploy(ONE, "ana")
    update.deploy(TWO, "ana")
    update.rollback("ben")
    (server.folder / "container.env").write_text("FAULTCAST_API_KEYS=other\n")
    update.deploy(ONE, "ana")
    assert update.rollback("ben").startswith("rolled back already")
    assert update.status()["digest"] == ONE


def test_nothing_fails_after_the_last_switch(
    update: Update, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    update.deploy(ONE, "ana")

    def asked(self: Server, digest: str) -> dict[str, str]:
        assert self.serving() is None or self.digest(self.serving() or 0) != digest
        return {"commit": "", "version": "", "models": {}}  # type: ignore[dict-item]

    monkeypatch.setattr(Server, "labels", asked)
    update.deploy(TWO, "ana")
    assert outcomes(server)[-1] == ("deployed", TWO)


def test_labels_that_are_no_json_are_no_models(update: Update, server: FakeServer) -> None:
    server.publish(ONE, models="{")
    update.deploy(ONE, "ana")
    assert update.status()["models"] == {}


def test_a_program_that_is_missing_is_named() -> None:
    with pytest.raises(UpdateError, match="nowhere is not installed on this server"):
        script._run("nowhere")


def test_a_program_that_does_not_end_is_given_up() -> None:
    with pytest.raises(UpdateError, match=r"sleep 9 did not end in 0 s"):
        script._run("sleep", "9", seconds=0.01)


def test_what_a_program_writes_in_no_encoding_is_no_failure() -> None:
    assert script._run("printf", r"\377").stdout == "\N{REPLACEMENT CHARACTER}"
