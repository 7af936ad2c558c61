"""Same commit and same data give the same bytes: again, and in another folder."""

import hashlib
from pathlib import Path

import pytest

from .clone import Clone

pytestmark = pytest.mark.timeout(900)
OUTPUTS = ("data/raw", "data/interim", "data/processed", "models", "reports")


def content(clone: Clone) -> dict[str, str]:
    """The hash of every file that the stages wrote, and of dvc.lock."""
    files = [path for folder in OUTPUTS for path in (clone.root / folder).rglob("*")]
    files = [
        path for path in files if path.is_file() and path.name not in (".gitkeep", ".gitignore")
    ]
    return {
        str(path.relative_to(clone.root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (*files, clone.root / "dvc.lock")
    }


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    clone = Clone.of_small_plant(tmp_path_factory.mktemp("first") / "faultcast")
    clone.run("faultcast", "pipeline", "run")
    return clone


def test_the_belt_writes_what_it_promises(first: Clone) -> None:
    written = content(first)
    for path in (
        "data/interim/small/canonical/telemetry.parquet",
        "reports/small/quality/quality.html",
        "reports/small/01_explore/01_explore.html",
        "data/interim/small/features/features.parquet",
        "data/processed/small/test.parquet",
        "models/small/model.onnx",
        "models/small/manifest.json",
        "reports/small/05_evaluate/05_evaluate.html",
        "reports/small/05_evaluate/metrics.json",
        "dvc.lock",
    ):
        assert path in written


def test_running_again_by_force_changes_no_byte(first: Clone) -> None:
    before = content(first)
    first.run("dvc", "repro", "--force")
    assert content(first) == before


def test_another_clone_in_another_folder_gets_the_same_bytes(first: Clone, tmp_path: Path) -> None:
    second = Clone.of_small_plant(tmp_path / "a folder with spaces" / "clone")
    second.run("faultcast", "pipeline", "run", "-j", "1")
    assert content(second) == content(first)


def test_a_second_run_has_nothing_to_do_and_says_so(first: Clone) -> None:
    again = first.run("faultcast", "pipeline", "run")
    assert "nothing to do" in (again.stdout + again.stderr).lower()
