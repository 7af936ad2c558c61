"""The update script on a server: whatever goes wrong, somebody answers, and the ledger is true."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from tests.delivery.server import Server

pytestmark = pytest.mark.timeout(900)
UNKNOWN = "sha256:" + "0" * 64


@pytest.fixture(scope="module")
def first(server: Server, image: str) -> str:
    """The digest that serves when a test begins."""
    return server.publish(image)


@pytest.fixture(scope="module")
def second(server: Server, image: str) -> str:
    return server.publish(image, dockerfile="LABEL org.opencontainers.image.version=2")


@pytest.fixture(autouse=True)
def first_serves(server: Server, first: str) -> None:
    code, text = server.update("deploy", first, "--by", "tester")
    assert code == 0, text


def test_an_update_and_the_way_back_lose_no_request(
    server: Server, first: str, second: str
) -> None:
    with server.under_load() as load:
        code, text = server.update("deploy", second, "--by", "ana")
        assert code == 0, text
        assert server.status()["digest"] == second
        code, text = server.update("rollback", "--by", "ben")
        assert code == 0, text
    assert server.status()["digest"] == first
    assert load.answered > 20
    assert load.failures == []
    changes = server.status()["changes"]
    assert [(one["action"], one["outcome"], one["by"]) for one in changes[:4]] == [
        ("rollback", "deployed", "ben"),
        ("rollback", "started", "ben"),
        ("deploy", "deployed", "ana"),
        ("deploy", "started", "ana"),
    ]


def test_what_serves_already_is_left_alone(server: Server, first: str) -> None:
    before = server.outcomes
    code, text = server.update("deploy", first)
    assert code == 0
    assert "serves already" in text
    assert server.outcomes == before


BROKEN = {
    "does not start": ('CMD ["/nowhere"]', "does not start"),
    "ends at once": ('CMD ["python3", "-c", "print(\'no model\')"]', "no model"),
    "is never ready": ('CMD ["python3", "-c", "import time; time.sleep(600)"]', "not ready in"),
    "model is damaged": (
        "USER root\nRUN for m in /opt/models/*/*.onnx; do printf x >> $m; done\nUSER 10001:10001",
        "its manifest says",
    ),
}
# It serves and stands its self-test; half a second later it dies.
_DIES_LATE = """\
USER root
RUN cd /opt/faultcast/bin && mv faultcast real && printf '%s\\n' '#!/bin/sh' \\
    'if [ "$1" = serve ]; then real "$@" & echo $! > /tmp/pid; wait; exit 1; fi' \\
    'real "$@" || exit' '(sleep 0.5; kill -9 $(cat /tmp/pid)) > /dev/null 2>&1 &' > faultcast \\
    && chmod 755 faultcast
USER 10001:10001
"""


@pytest.mark.parametrize(("dockerfile", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_image_never_serves(
    server: Server, image: str, first: str, dockerfile: str, said: str
) -> None:
    broken = server.publish(image, dockerfile=dockerfile)
    settings = server.folder / "target.json"
    kept = settings.read_text()
    settings.write_text(kept.replace('"ready_seconds": 60', '"ready_seconds": 6'))
    try:
        with server.under_load() as load:
            code, text = server.update("deploy", broken)
    finally:
        settings.write_text(kept)
    assert code == 1
    assert said in text
    assert "Traceback" not in text
    assert load.failures == []
    assert server.status()["digest"] == first
    assert server.outcomes[-1] == ("deploy", "failed")
    assert server.status()["changes"][0]["reason"]


def test_a_container_that_dies_after_its_test_gives_way_to_the_old_one(
    server: Server, image: str, first: str
) -> None:
    dying = server.publish(image, dockerfile=_DIES_LATE)
    with server.under_load(forecasts=False) as load:
        code, text = server.update("deploy", dying)
    assert code == 1, text
    assert load.failures == []
    assert server.status()["digest"] == first
    assert server.status()["ready"]
    assert server.outcomes[-1] == ("deploy", "failed")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("deploy latest", "no digest"),
        ("deploy 1.0; id", "unrecognized"),
        ("deploy '1.0; id'", "no digest"),
        (f"deploy {UNKNOWN}$(id)", "no digest"),
        (f"deploy {UNKNOWN} --by 'a b'", "--by"),
        ("sh -c id", "invalid choice"),
        ("deploy 'unfinished", "quotes"),
    ],
)
def test_what_is_asked_over_ssh_is_checked(
    server: Server, first: str, asked: str, said: str
) -> None:
    before = server.outcomes
    code, text = server.over_ssh(asked)
    assert code != 0
    assert said in text
    assert "uid=" not in text
    assert "Traceback" not in text
    assert server.outcomes == before
    assert server.status()["digest"] == first


def test_images_that_served_long_ago_leave_the_disk(
    server: Server, image: str, first: str, second: str
) -> None:
    others = [server.publish(image, dockerfile=f"LABEL other={number}") for number in range(4)]
    for digest in (second, *others):
        code, text = server.update("deploy", digest)
        assert code == 0, text
    repository = f"{server.registry.address}/faultcast"

    def is_here(digest: str) -> bool:
        return bool(server.engine.docker("images", "--quiet", f"{repository}@{digest}"))

    assert [is_here(digest) for digest in (first, second, *others)] == [False, False] + [True] * 4


def test_an_image_that_the_registry_does_not_have_is_refused(server: Server, first: str) -> None:
    code, text = server.over_ssh(f"deploy {UNKNOWN}")
    assert code == 1
    assert "could not be pulled" in text
    assert server.status()["digest"] == first


def test_an_image_of_another_commit_is_refused(server: Server, first: str, second: str) -> None:
    code, text = server.over_ssh(f"deploy {second} --commit {'a' * 40}")
    assert code == 1
    assert "was built from commit" in text
    assert server.status()["digest"] == first


def test_a_server_with_another_host_key_is_not_talked_to(server: Server, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"], check=True
    )
    other = (tmp_path / "other.pub").read_text()
    known.write_text(f"[127.0.0.1]:{server.door.port} {other}")
    code, text = server.over_ssh("status", known_hosts=known)
    assert code == 255
    assert "Host key verification failed" in text


def test_each_environment_says_over_ssh_what_it_serves(
    server: Server, first: str, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "FAULTCAST_PRODUCTION": server.door.target,
        "PATH": f"{server.door.configured_ssh(tmp_path)}{os.pathsep}{os.environ['PATH']}",
    }
    environment.pop("FAULTCAST_STAGING", None)
    command = [Path(sys.executable).parent / "faultcast", "delivery", "status", "--json"]
    asked = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert asked.returncode == 0, asked.stderr
    told = json.loads(asked.stdout)["production"]
    assert (told["digest"], told["ready"], told["models"]) == (first, True, {"small": "1"})
    server.door.known_hosts.rename(tmp_path / "known_hosts")
    try:
        asked = subprocess.run(command, env=environment, capture_output=True, text=True)
    finally:
        (tmp_path / "known_hosts").rename(server.door.known_hosts)
    assert asked.returncode == 2
    assert "Host key verification failed" in asked.stderr


# The server tells who asked; the bytecode is not checked against its source.
_TELLS_CALLERS = """\
USER root
RUN cd /opt/faultcast/lib/python3*/site-packages/faultcast/serving \
    && sed -i 's/"access_log": False/"access_log": True/' server.py && rm __pycache__/server.*
USER 10001:10001
"""


def test_the_api_knows_its_callers_and_believes_nobody_but_nginx(
    server: Server, image: str
) -> None:
    telling = server.publish(image, dockerfile=_TELLS_CALLERS)
    code, text = server.update("deploy", telling)
    assert code == 0, text
    caller = httpx.HTTPTransport(local_address="127.0.0.7")
    with server.client(transport=caller) as client:
        for address in ("127.0.0.8", "127.0.0.8, 127.0.0.9"):
            client.get("/models?asked", headers={"X-Forwarded-For": address}).raise_for_status()
    of_it = f"label=faultcast.digest={telling}"
    (name,) = server.engine.docker("ps", "--quiet", "--filter", of_it).split()
    told = [line for line in server.engine.docker("logs", name).splitlines() if "?asked" in line]
    assert len(told) == 2, server.engine.docker("logs", name)
    assert all("127.0.0.7" in line for line in told)
    assert not any("127.0.0.8" in line for line in told)


def test_a_full_disk_leaves_the_old_version_serving(
    server: Server, first: str, second: str, tmp_path: Path
) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder])
    if mounted.returncode != 0:
        pytest.skip("no file system can be mounted here")
    try:
        for name in ("update", "target.json", "upstream.conf", "ledger.jsonl"):
            (folder / name).write_bytes((server.folder / name).read_bytes())
        (folder / "update").chmod(0o755)
        asked = subprocess.run(
            [folder / "update", "deploy", second],
            env={**os.environ, **server.engine.variables},
            capture_output=True,
            text=True,
        )
    finally:
        subprocess.run(["umount", folder], check=True)
    assert asked.returncode == 1
    assert "MiB are free" in asked.stderr
    assert server.status()["digest"] == first


def test_a_killed_update_loses_no_request_and_the_next_call_repairs(
    server: Server, first: str, second: str
) -> None:
    chance = random.Random(5)
    begin = monotonic()
    assert server.update("deploy", second)[0] == 0
    takes = monotonic() - begin
    assert server.update("deploy", first)[0] == 0
    with server.under_load() as load:
        for number in range(10):
            wanted = second if server.status()["digest"] == first else first
            words = ("rollback",) if number % 3 == 2 else ("deploy", wanted)
            process = server.start(*words)
            sleep(chance.uniform(0, takes))
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            code, text = server.update(*words)
            assert code == 0, text
            assert server.status()["digest"] == wanted
    assert load.failures == []
    started = [outcome for _, outcome in server.outcomes].count("started")
    ended = len(server.outcomes) - started
    assert started == ended
    served = [one["digest"] for one in server.status()["changes"] if one["outcome"] == "deployed"]
    assert served[0] == server.status()["digest"]


def test_two_updates_at_once_take_turns(server: Server, first: str, second: str) -> None:
    processes = [server.start("deploy", digest) for digest in (second, first)]
    ended = [process.communicate(timeout=180) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], ended
    assert server.outcomes[-1][1] == "deployed"
    # The engine has the containers of other tests' servers too.
    ports = json.loads((server.folder / "target.json").read_text())["ports"]
    containers = set(server.engine.docker("ps", "--all", "--format", "{{.Names}}").split())
    assert len(containers & {f"faultcast-{port}" for port in ports}) == 1
