"""What the image is built from: a wheel, the lock and every champion, or a clear refusal."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from faultcast.config.layout import Layout
from faultcast.delivery import context
from faultcast.delivery.context import write_context
from faultcast.errors import DeliveryError
from faultcast.tracking.version import Alias, Version

IDENTITY = ("-c", "user.name=A person", "-c", "user.email=person@example.org")
CHAMPIONS = {"mill": 4, "press": None, "titanic": 2}


class Models:
    """A registry of three models, of which two have a champion."""

    def names(self) -> list[str]:
        return list(CHAMPIONS)

    def with_alias(self, name: str, alias: Alias) -> Version | None:
        assert alias is Alias.CHAMPION
        number, now = CHAMPIONS[name], datetime(2026, 1, 1, tzinfo=UTC)
        return number and Version(name, number, "run", "", "", "", "", now, (alias,), {})

    def fetch(self, version: Version, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "version.json").write_text(str(version.number))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a package small enough to be built in a moment."""
    root = tmp_path / "project"
    (root / "requirements").mkdir(parents=True)
    (root / "requirements" / "serving.txt").write_text("onnxruntime==1 --hash=sha256:0\n")
    (root / "setup.cfg").write_text("[metadata]\nname = faultcast\nversion = 1.2.3\n")
    (root / "setup.py").write_text("import setuptools\n\nsetuptools.setup(py_modules=[])\n")
    (root / ".gitignore").write_text("build/\n*.egg-info/\n")
    for words in (["init", "-q"], ["add", "-A"], [*IDENTITY, "commit", "-qm", "First"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    monkeypatch.setattr(context.Registry, "of", lambda _: Models())
    return root


def labels(folder: Path) -> dict[str, str]:
    lines = (folder / "labels").read_text().splitlines()
    return dict(line.split("=", maxsplit=1) for line in lines)


def test_the_champions_go_with_the_wheel_and_the_lock(project: Path) -> None:
    folder = project / "build" / "image"
    assert [*write_context(Layout(project), folder)] == ["mill", "titanic"]
    assert (folder / "artifacts/mill/version.json").read_text() == "4"
    assert not (folder / "artifacts/press").exists()
    assert (folder / "serving.txt").read_text().startswith("onnxruntime==1 --hash")
    assert [wheel.name for wheel in folder.glob("*.whl")] == ["faultcast-1.2.3-py3-none-any.whl"]
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=project, capture_output=True, text=True, check=True
    )
    told = labels(folder)
    assert (told["VERSION"], told["COMMIT"]) == ("1.2.3", head.stdout.strip())
    assert json.loads(told["MODELS"]) == {"mill": "4", "titanic": "2"}


def test_a_changed_checkout_is_no_commit(project: Path) -> None:
    (project / "setup.cfg").write_text("[metadata]\nname = faultcast\nversion = 1.2.4\n")
    write_context(Layout(project), project / "build" / "image")
    assert labels(project / "build" / "image")["COMMIT"].endswith("-dirty")


def test_a_wheel_that_cannot_be_built_leaves_the_context_before(project: Path) -> None:
    folder = project / "build" / "image"
    folder.mkdir(parents=True)
    (folder / "kept").touch()
    (project / "setup.py").write_text("raise SystemExit('no')\n")
    with pytest.raises(DeliveryError, match="the wheel cannot be built"):
        write_context(Layout(project), folder)
    assert [each.name for each in folder.iterdir()] == ["kept"]


def test_nothing_is_built_without_a_champion(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Models, "with_alias", lambda *_: None)
    with pytest.raises(DeliveryError, match="no model is champion yet"):
        write_context(Layout(project), project / "build" / "image")
    assert not (project / "build" / "image").exists()
