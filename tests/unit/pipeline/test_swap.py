from __future__ import annotations

from pathlib import Path

import pytest

from faultcast import files
from faultcast.pipeline.swap import swap


@pytest.fixture(params=["exchanged", "in two steps"])
def how(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in two steps":
        monkeypatch.setattr(files, "_exchange", lambda _new, _target: False)


@pytest.mark.usefixtures("how")
def test_a_folder_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    new, target = tmp_path / "draft" / "out", tmp_path / "out"
    for folder, name in ((new, "b"), (target, "a")):
        folder.mkdir(parents=True)
        (folder / name).touch()
    swap(new, target)
    assert [one.name for one in target.iterdir()] == ["b"]


@pytest.mark.usefixtures("how")
def test_a_file_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    new, target = tmp_path / "new", tmp_path / "out"
    new.write_text("new")
    target.write_text("old")
    swap(new, target)
    assert target.read_text() == "new"


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    swap(tmp_path / "new", tmp_path / "a" / "b" / "out")
    assert (tmp_path / "a" / "b" / "out").is_dir()
