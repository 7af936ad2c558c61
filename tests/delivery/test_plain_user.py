"""A server on which a plain user deploys, as the installer alone set it up."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.delivery.parts import Engine, Registry
from tests.delivery.server import Server, customer_server

pytestmark = pytest.mark.timeout(900)
USER = "faultcast-tester"


def as_user(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["runuser", "--user", USER, "--", *words], input=given, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def server(engine: Engine, registry: Registry) -> Iterator[Server]:
    if os.geteuid() != 0:
        pytest.skip("only root may make users")
    # Not in pytest's folder, which no other user may enter.
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        try:
            with customer_server(Path(name) / "server", engine, registry, USER) as server:
                asked = ("docker", "login", "--username", registry.user, "--password-stdin")
                host = f"DOCKER_HOST=unix://{engine.socket}"
                logged = as_user("env", host, *asked, registry.address, given=registry.password)
                assert logged.returncode == 0, logged.stderr
                yield server
        finally:
            subprocess.run(["userdel", "--force", "--remove", USER], capture_output=True)
            Path(f"/etc/sudoers.d/faultcast-{USER}").unlink(missing_ok=True)


def test_it_deploys_and_rolls_back(server: Server, image: str) -> None:
    first = server.publish(image)
    second = server.publish(image, dockerfile="LABEL org.opencontainers.image.version=2")
    for command in (f"deploy {first} --by ana", f"deploy {second} --by ana", "rollback --by ben"):
        code, text = server.over_ssh(command)
        assert code == 0, text
    status = server.status()
    assert (status["digest"], status["ready"]) == (first, True)
    assert server.ask("/health/ready")
    assert [change["by"] for change in status["changes"]] == ["ben", "ben", *["ana"] * 4]


def test_it_may_do_nothing_else(server: Server) -> None:
    code, text = server.over_ssh("sh -c id")
    assert code != 0
    assert "uid=" not in text
    for words in (("id",), ("/usr/sbin/nginx", "-s", "stop"), ("cat", "/etc/shadow")):
        assert as_user("sudo", "-n", *words).returncode != 0
