"""Files are complete or not there at all."""

import errno
import resource
from pathlib import Path

import pytest

from faultcast import files
from faultcast.errors import DiskError
from faultcast.files import replacing, replacing_folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_half(path: Path) -> None:
    path.write_text("half")
    raise KeyboardInterrupt


def test_a_file_appears_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    with replacing(tmp_path / "new" / "report.txt") as draft:
        draft.write_text("first")
        assert not (tmp_path / "new" / "report.txt").exists()
    assert names(tmp_path / "new") == ["report.txt"]


def test_a_failure_in_the_middle_leaves_the_earlier_file(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("earlier")
    with pytest.raises(KeyboardInterrupt), replacing(target) as draft:
        write_half(draft)
    assert target.read_text() == "earlier"
    assert names(tmp_path) == ["report.txt"]


def test_a_folder_replaces_the_earlier_one_whole(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old").touch()
    with replacing_folder(target) as draft:
        (draft / "new").touch()
    assert names(target) == ["new"]
    assert names(tmp_path) == ["out"]


def test_a_failure_in_the_middle_leaves_the_earlier_folder(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(KeyboardInterrupt), replacing_folder(target) as draft:
        write_half(draft / "new")
    assert names(target) == ["old"]


def test_an_interruption_between_two_renames_leaves_the_earlier_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old").touch()
    rename = Path.rename

    def interrupted(path: Path, to: Path) -> None:
        rename(path, to)
        if to.name.endswith(".earlier"):
            raise KeyboardInterrupt

    monkeypatch.setattr(files, "_exchange", lambda _new, _target: False)
    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt), replacing_folder(target) as draft:
        (draft / "new").touch()
    assert names(target) == ["old"]


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_holds_is_not(
    tmp_path: Path,
) -> None:
    abandoned = tmp_path / ".out.dead.tmp"
    abandoned.mkdir()
    with replacing(tmp_path / "out") as living:
        with replacing(tmp_path / "out") as another:
            another.touch()
        assert not abandoned.exists()
        living.write_text("living")
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out").read_text() == "living"


def test_a_full_disk_is_said_with_the_files_name(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("earlier")
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, unlimited[1]))
    try:
        says = r"report\.txt: could not be written .*untouched"
        with pytest.raises(DiskError, match=says), replacing(target) as draft:
            draft.write_bytes(b"x" * 8192)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert target.read_text() == "earlier"


def test_an_error_of_the_work_itself_is_not_called_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "a"):
        raise FileNotFoundError(errno.ENOENT, "input.csv")
