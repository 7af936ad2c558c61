"""One engine, registry and image for all tests; a server of its own for each module."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.parts import (
    Engine,
    Registry,
    docker_engine,
    free_port,
    image_registry,
    missing_programs,
    nginx_server,
    provide_base,
    ssh_server,
)
from tests.delivery.server import Server
from tests.e2e.clone import ROOT, Clone

os.environ["PATH"] += f"{os.pathsep}/usr/sbin"


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    # Its layers take a minute to make: name a folder to keep them from run to run.
    if missing := missing_programs():
        pytest.skip(f"missing: {', '.join(missing)}; make delivery-test as root installs them")
    kept = os.environ.get("FAULTCAST_TEST_ENGINE")
    with docker_engine(Path(kept) if kept else tmp_path_factory.mktemp("engine")) as engine:
        provide_base(engine)
        yield engine


@pytest.fixture(scope="session")
def registry(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with image_registry(tmp_path_factory.mktemp("images") / "registry") as registry:
        engine.docker(
            "login", "--username", registry.user, "--password-stdin", registry.address,
            given=registry.password,
        )  # fmt: skip
        yield registry


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone whose models went through the gate."""
    clone = Clone.of_small_plant(tmp_path_factory.mktemp("project") / "faultcast")
    for command in ("pipeline run", "sync", "gate", "delivery context build/image"):
        clone.run("faultcast", *command.split())
    return clone


@pytest.fixture(scope="session")
def image(engine: Engine, project: Clone) -> str:
    """The serving image, built as `make image` builds it."""
    built = subprocess.run(
        [ROOT / "scripts" / "image-build", "faultcast:built", project.root / "build" / "image"],
        env={**os.environ, **engine.variables},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return "faultcast:built"


@pytest.fixture(scope="module")
def server(
    engine: Engine, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A customer's server: nginx, sshd, and the update script as its installer puts it there."""
    folder = tmp_path_factory.mktemp("server")
    front, ports = free_port(), (free_port(), free_port())
    with nginx_server(folder / "nginx") as nginx, ssh_server(folder / "ssh") as door:
        printed = subprocess.run(
            [
                Path(sys.executable).parent / "faultcast", "delivery", "install-target",
                "--image", f"{registry.address}/faultcast", "--folder", folder / "faultcast",
                "--listen", f"127.0.0.1:{front}", "--ports", *map(str, ports),
                "--nginx", " ".join(nginx), "--nginx-folder", folder / "nginx" / "conf.d",
            ],
            capture_output=True,
            text=True,
            check=True,
        )  # fmt: skip
        installed = subprocess.run(["sh"], input=printed.stdout, capture_output=True, text=True)
        assert installed.returncode == 0, installed.stdout + installed.stderr
        settings = folder / "faultcast" / "target.json"
        quick = {"drain_seconds": 1, "ready_seconds": 30, "lock_seconds": 60}
        settings.write_text(json.dumps(json.loads(settings.read_text()) | quick))
        variables = " ".join(f"{name}='{value}'" for name, value in engine.variables.items())
        door.allow(f"env {variables} {folder}/faultcast/update")
        yield Server(folder / "faultcast", f"http://127.0.0.1:{front}", engine, registry, door)
        shutil.rmtree(folder, ignore_errors=True)
