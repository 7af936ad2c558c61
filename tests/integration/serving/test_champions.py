"""`faultcast serve` in a project with a registry: the champions serve, also those of tomorrow."""

from __future__ import annotations

import hashlib
import shutil
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from faultcast.cli.champions import champions
from faultcast.config.layout import Layout
from faultcast.scoring.manifest import Manifest
from faultcast.tracking.promotion import promote
from faultcast.tracking.registry import Registry
from faultcast.tracking.version import Version
from tests.integration.serving.process import serving
from tests.integration.tracking.test_registry import event
from tests.unit.serving.pumps import PLANT, make_project


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return make_project(tmp_path_factory.mktemp("pumps"))


@pytest.fixture
def layout(made: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("ARTIFACTS_HOME", raising=False)
    for part in ("params.yaml", "configs", "models"):
        copy = shutil.copytree if (made.root / part).is_dir() else shutil.copy
        copy(made.root / part, tmp_path / part)
    return Layout(tmp_path)


def register(registry: Registry, layout: Layout, title: str) -> Version:
    """Register the model under another title: other bytes, the same numbers."""
    manifest = layout.model(PLANT) / "manifest.json"
    before = Manifest.read(layout.model(PLANT)).title
    manifest.write_text(manifest.read_text().replace(f'"title": "{before}"', f'"title": "{title}"'))
    return registry.register(layout.model(PLANT), PLANT)


@pytest.fixture
def first(layout: Layout) -> Version:
    registry = Registry(layout)
    version = register(registry, layout, "First")
    promote(registry, version, None, event(version))
    return version


def ask(client: httpx.Client, row: dict[str, float | None]) -> tuple[str, float]:
    response = client.post(f"/plants/{PLANT}/features", json={"rows": [row]})
    assert response.status_code == httpx.codes.OK, response.text
    answer = response.json()
    assert response.headers["x-model-version"] == answer["model"]["version"]
    return answer["model"]["version"], answer["forecasts"][0]["probability"]


def family(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def ended(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=30)[1]


def test_promoted_version_serves_without_a_restart_or_a_lost_request(
    layout: Layout, first: Version
) -> None:
    row = {column.name: column.usual for column in Manifest.read(layout.model(PLANT)).inputs}
    told: list[tuple[str, float]] = []
    changed = threading.Event()

    def ask_on(client: httpx.Client) -> None:
        end = time.monotonic() + 60
        while not changed.is_set() and time.monotonic() < end:
            told.append(ask(client, row))
            if told[-1][0] == "2":
                changed.set()

    with serving(layout.root) as (server, client), ThreadPoolExecutor() as threads:
        assert ask(client, row)[0] == "1"
        asking = threads.submit(ask_on, client)
        registry = Registry(layout)
        second = register(registry, layout, "Second")
        promote(registry, second, first, event(second, first))
        asking.result()
        assert changed.is_set()
        (state,) = client.get("/models").json()
        children = family(server.pid)
    assert (state["version"], state["title"]) == ("2", "Second")
    assert len({probability for _, probability in told}) == 1
    assert children
    assert ended(children)


def test_models_folder_serves_where_nothing_is_registered(layout: Layout) -> None:
    with serving(layout.root) as (server, client):
        (state,) = client.get("/models").json()
        assert family(server.pid) == []
    assert state["version"].startswith("sha256:")


@pytest.mark.usefixtures("first")
def test_killed_server_takes_its_company_along_and_serves_again_while_the_registry_is_gone(
    layout: Layout,
) -> None:
    with serving(layout.root) as (server, _):
        children = family(server.pid)
        server.kill()
        assert children
        assert ended(children)
    (layout.root / "mlflow.db").write_bytes(b"no database")
    with serving(layout.root) as (_, client):
        (state,) = client.get("/models").json()
        log, end = layout.root / "server.log", time.monotonic() + 60
        while "mlflow.db: " not in log.read_text() and time.monotonic() < end:
            client.get("/health/live")
        assert "mlflow.db: " in log.read_text()
    assert state["version"] == "1"


def test_champions_that_were_fetched_before_serve_without_waiting_for_the_registry(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes requests and never answers
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        registry = hashlib.sha256(uri.encode()).hexdigest()[:12]
        kept = layout.root / ".faultcast" / "champions" / registry
        shutil.copytree(layout.model(PLANT), kept / PLANT)
        (kept / PLANT / "version.json").write_text('{"version": "1"}')
        with champions(layout.root, [PLANT]) as folder:
            assert folder() == kept
            assert capfd.readouterr().err == ""
