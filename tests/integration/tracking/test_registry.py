"""The registry on a real MLflow store: versions, aliases, bytes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from faultcast.config.layout import Layout
from faultcast.errors import (
    ChampionMovedError,
    ModelFolderError,
    NoPreviousError,
    StoreAddressError,
    StoreError,
    UnknownModelError,
    UnknownVersionError,
)
from faultcast.tracking.ledger import Change, Event
from faultcast.tracking.promotion import challenge, previous, promote, roll_back
from faultcast.tracking.registry import Registry
from faultcast.tracking.version import Alias, Version
from tests.unit.tracking.folders import write_model


def event(version: Version, over: Version | None = None) -> Event:
    number = over.number if over else None
    return Event(
        who="Ada", change=Change.PROMOTED, version=version.number, over=number, why="better"
    )


@pytest.fixture
def new(registry: Registry, tmp_path: Path) -> Callable[[bytes], Version]:
    return lambda graph: registry.register(write_model(tmp_path / "model", graph), "mill")


def test_the_same_bytes_are_the_same_version(registry: Registry, tmp_path: Path) -> None:
    first = registry.register(write_model(tmp_path / "a"), "mill")
    other = registry.register(write_model(tmp_path / "b", b"other"), "mill")
    again = registry.register(write_model(tmp_path / "c"), "mill")

    assert (first.number, other.number, again.number) == (1, 2, 1)
    assert [version.number for version in registry.versions("mill")] == [2, 1]


def test_versions_are_found_by_number_and_alias(registry: Registry, new) -> None:
    first, second = new(b"1"), new(b"2")
    registry.point("mill", Alias.CHAMPION, first.number)

    assert registry.find("mill", "2").digest == second.digest
    assert registry.find("mill", "champion").digest == first.digest
    assert registry.with_alias("mill", Alias.PREVIOUS) is None
    with pytest.raises(UnknownVersionError, match=r"no version '7'; there are: 2, 1, champion"):
        registry.find("mill", "7")
    with pytest.raises(UnknownModelError, match=r"'mile' has no .*\(registered: mill\)"):
        registry.find("mile", "champion")


def test_a_version_has_a_signature_and_no_pickle(registry: Registry, new, tmp_path: Path) -> None:
    from mlflow.artifacts import download_artifacts
    from mlflow.models import Model

    place = download_artifacts(
        artifact_uri=new(b"1").source, dst_path=str(tmp_path), tracking_uri=registry.uri
    )
    names = {path.name for path in Path(place).iterdir()}
    signature = Model.load(place).signature
    assert names == {"MLmodel", "manifest.json", "model.onnx"}
    assert signature.inputs.input_names() == ["heat_last"]
    assert signature.outputs.input_names() == ["probability_machine"]


def test_bytes_come_back_with_a_file_that_names_the_version(
    registry: Registry, new, tmp_path: Path
) -> None:
    version = new(b"1")
    registry.fetch(version, tmp_path / "out" / "mill")

    fetched = {path.name: path.read_bytes() for path in (tmp_path / "out" / "mill").iterdir()}
    described = json.loads(fetched.pop("version.json"))
    assert fetched == {
        path.name: path.read_bytes() for path in (tmp_path / "model").iterdir() if path.is_file()
    }
    assert (described["name"], described["version"]) == ("mill", 1)
    assert described["sha256"] == version.digest


def test_a_champion_that_is_replaced_becomes_the_previous_one(registry: Registry, new) -> None:
    first, second = new(b"1"), new(b"2")
    challenge(registry, first)
    promote(registry, first, None, event(first))
    challenge(registry, second)
    assert registry.aliases("mill") == {"champion": 1, "challenger": 2}

    promote(registry, second, first, event(second, first))

    assert registry.aliases("mill") == {"champion": 2, "previous": 1}
    assert [(one.version, one.over, one.who) for one in registry.ledger("mill")] == [
        (1, None, "Ada"),
        (2, 1, "Ada"),
    ]


def test_a_champion_that_moved_meanwhile_is_not_replaced(registry: Registry, new) -> None:
    first, second, third = new(b"1"), new(b"2"), new(b"3")
    promote(registry, first, None, event(first))
    promote(registry, second, first, event(second, first))
    with pytest.raises(ChampionMovedError, match="was version 1 and is now version 2"):
        promote(registry, third, first, event(third, first))
    with pytest.raises(ChampionMovedError, match="was none and is now version 2"):
        promote(registry, third, None, event(third))
    assert registry.aliases("mill") == {"champion": 2, "previous": 1}
    assert len(registry.ledger("mill")) == 2


def test_going_back_twice_goes_two_versions_back(registry: Registry, new) -> None:
    versions: list[Version] = []
    for graph in (b"1", b"2", b"3"):
        versions.append(new(graph))
        over = versions[-2] if len(versions) > 1 else None
        promote(registry, versions[-1], over, event(versions[-1], over))
    first, second, third = versions

    assert previous(registry, third).number == 2
    roll_back(registry, third, second, event(second, third))
    assert registry.aliases("mill") == {"champion": 2, "previous": 1}
    assert "Ada: better" in registry.find("mill", "3").tags["faultcast.rolled_back"]

    roll_back(registry, second, first, event(first, second))
    assert registry.aliases("mill") == {"champion": 1}
    with pytest.raises(NoPreviousError, match="no previous champion"):
        previous(registry, first)


@pytest.mark.parametrize("file", ["model.onnx", "manifest.json"])
def test_a_changed_byte_in_the_store_is_found_and_replaces_nothing(
    registry: Registry, new, artifacts: Path, tmp_path: Path, file: str
) -> None:
    version = new(b"graph")
    (stored,) = artifacts.rglob(f"version-*/{file}")
    stored.write_bytes(stored.read_bytes().replace(b"a", b"b", 1))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "champion").write_text("as before")

    with pytest.raises(ModelFolderError, match="mill version 1: not what was registered"):
        registry.fetch(version, tmp_path / "out")
    assert (tmp_path / "out" / "champion").read_text() == "as before"


def test_bytes_that_are_gone_are_said_to_be(
    registry: Registry, new, artifacts: Path, tmp_path: Path
) -> None:
    version = new(b"graph")
    shutil.rmtree(artifacts)
    with pytest.raises(ModelFolderError, match=r"mill version 1: its bytes cannot be fetched"):
        registry.fetch(version, tmp_path / "out")


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:9", "htp://127.0.0.1", "sqlite:////proc/none/mlflow.db"]
)
def test_a_store_that_does_not_answer_is_named(
    uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    with pytest.raises((StoreError, StoreAddressError), match=uri):
        Registry.of(Layout(tmp_path)).names()
