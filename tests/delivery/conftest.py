"""One engine, registry and image for all tests; a server of its own for each module."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.images import provide_base
from tests.delivery.parts import (
    Engine,
    Registry,
    docker_engine,
    image_registry,
    missing_programs,
)
from tests.delivery.pipeline import Pipeline, gitlab_project
from tests.delivery.server import Server, customer_server
from tests.e2e.clone import ROOT, Clone

os.environ["PATH"] += f"{os.pathsep}/usr/sbin"


@pytest.fixture(scope="session", autouse=True)
def programs() -> None:
    """Who asks for these tests wants to know: without their parts they fail."""
    if missing := missing_programs():
        pytest.exit(f"missing: {', '.join(missing)}; make delivery-test as root installs them", 1)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    # Its layers take a minute to make: name a folder to keep them from run to run.
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


@pytest.fixture(scope="session")
def pipeline(project: Clone) -> Pipeline:
    """The clone, with its `dvc.lock` committed, and what runs its pipeline."""
    return gitlab_project(project)


@pytest.fixture(scope="module")
def server(
    engine: Engine, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A customer's server: nginx, sshd, and the update script as its installer puts it there."""
    with customer_server(tmp_path_factory.mktemp("server"), engine, registry) as server:
        yield server


@pytest.fixture(scope="module")
def staging(
    engine: Engine, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Another such server."""
    with customer_server(tmp_path_factory.mktemp("staging"), engine, registry) as server:
        yield server
