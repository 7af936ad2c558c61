from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

import pytest
from httpx import Client

from faultcast.errors import SelfTestError, StageNotRunError
from faultcast.files import replacing_folder
from faultcast.scoring.session import Session
from faultcast.serving.app import create_app
from faultcast.serving.served import Served, ServedPlant
from faultcast.serving.watch import Watch, load_checked
from tests.unit.serving.running import running


@pytest.fixture
def home(plant: ServedPlant, tmp_path: Path) -> Path:
    publish(plant.folder, tmp_path, "1")
    return tmp_path


def publish(source: Path, home: Path, version: str, *, onnx: bytes | None = None) -> None:
    """Put a version in the place of the one before, as a fetch from the registry does."""
    with replacing_folder(home / "small") as draft:
        for file in source.iterdir():
            shutil.copy(file, draft)
        if onnx is not None:
            (draft / "model.onnx").write_bytes(onnx)
        (draft / "version.json").write_text(json.dumps({"version": version}))


def watching(home: Path, *names: str) -> Watch:
    watch = Watch(home, names, Served())
    watch.load_all()
    return watch


def look(watch: Watch, times: int = 1) -> None:
    for _ in range(times):
        asyncio.run(watch.look())


def test_new_version_serves_from_the_next_look_on(plant: ServedPlant, home: Path) -> None:
    watch = watching(home)
    publish(plant.folder, home, "2")
    assert watch.served.plants["small"].version == "1"
    look(watch)
    assert watch.served.plants["small"].version == "2"


def test_version_that_does_not_load_leaves_the_old_one_serving_and_is_told(
    plant: ServedPlant, home: Path
) -> None:
    watch = watching(home)
    publish(plant.folder, home, "2", onnx=b"no graph")
    look(watch, 2)
    assert watch.served.refused == {}
    look(watch)
    assert watch.served.plants["small"].version == "1"
    assert "sha256" in watch.served.refused["small"]
    with running(create_app(watch.served)) as client:
        (state,) = client.get("/health/ready").json()["models"]
        assert state["version"] == "1"
        assert "sha256" in state["refused"]
    publish(plant.folder, home, "3")
    look(watch)
    assert watch.served.plants["small"].version == "3"
    assert watch.served.refused == {}


def test_model_whose_answers_are_no_probabilities_fails_its_self_test(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_checked(home / "small")
    assert isinstance(model, ServedPlant)
    real = type(model.model).outputs
    for spoil in (lambda p: p * float("nan"), lambda p: p + 1, lambda p: p[:, 1:]):
        monkeypatch.setattr(
            type(model.model), "outputs", lambda s, f, spoil=spoil: spoil(real(s, f))
        )
        with pytest.raises(SelfTestError, match="version 1 fails its self-test"):
            load_checked(home / "small")


def test_new_plant_is_served_unless_others_were_named(plant: ServedPlant, tmp_path: Path) -> None:
    all_of_them = watching(tmp_path)
    publish(plant.folder, tmp_path, "1")
    look(all_of_them)
    assert list(all_of_them.served.plants) == ["small"]
    with pytest.raises(StageNotRunError):
        watching(tmp_path, "other")


def test_graph_that_cannot_be_opened_does_not_end_the_watch(plant: ServedPlant, home: Path) -> None:
    watch = watching(home)
    onnx = b"no graph"
    publish(plant.folder, home, "2", onnx=onnx)
    manifest = home / "small" / "manifest.json"
    sha256 = hashlib.sha256(onnx).hexdigest()
    manifest.write_text(manifest.read_text().replace(plant.manifest.model.sha256, sha256))
    look(watch, 3)
    assert watch.served.plants["small"].version == "1"
    assert "small" in watch.served.refused
    publish(plant.folder, home, "3")
    look(watch)
    assert watch.served.plants["small"].version == "3"


def test_version_that_comes_while_one_is_loaded_lends_it_neither_name_nor_bytes(
    plant: ServedPlant, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(plant.folder, home, "2")
    real, loads = Session.__init__, []

    def interrupted(session: Session, graph: bytes) -> None:
        loads.append(graph)
        if len(loads) == 1:
            publish(plant.folder, home, "3")
        real(session, graph)

    monkeypatch.setattr(Session, "__init__", interrupted)
    watch = watching(home)
    assert len(loads) == 2
    assert watch.served.plants["small"].version == "3"
    look(watch)
    assert len(loads) == 2


def test_no_request_is_lost_and_no_answer_wrong_while_versions_change(
    plant: ServedPlant, home: Path
) -> None:
    watch = watching(home)
    row = {column.name: column.usual for column in plant.manifest.inputs}
    told: list[tuple[int, str, str, float]] = []
    arrived: Queue[str] = Queue()
    done = threading.Event()

    def ask(client: Client) -> None:
        while not done.is_set():
            response = client.post("/plants/small/features", json={"rows": [row]})
            answer = response.json()
            version, (forecast,) = answer["model"]["version"], answer["forecasts"]
            signed = response.headers["x-model-version"]
            told.append((response.status_code, version, signed, forecast["probability"]))
            arrived.put(version)

    with running(create_app(watch.served)) as client, ThreadPoolExecutor() as threads:
        asking = threads.submit(ask, client)
        for version in map(str, range(2, 8)):
            publish(plant.folder, home, version)
            look(watch)
            while arrived.get(timeout=30) != version:
                pass
        done.set()
        asking.result()
    versions = [version for _, version, _, _ in told]
    assert versions == sorted(versions)
    assert set(versions) >= set("234567")
    assert {status for status, _, _, _ in told} == {200}
    assert versions == [signed for _, _, signed, _ in told]
    assert len({probability for _, _, _, probability in told}) == 1


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level("CRITICAL"):
        yield
