"""Set-up by make: once, again when a lock changed or it was interrupted, and never by halves.

A stub plays Python, uv and the environment's tools, so that nothing is downloaded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("Makefile", "setup.cfg", "setup.py", "requirements/all.txt", "requirements/uv.txt")
# Notes each call; fails at the one it is told to.
STUB = """\
#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
case "$*" in
  *"$FAILS_AT"*) exit 1 ;;
  *"--target .uv"*) mkdir -p .uv/bin && cp "$0" .uv/bin/uv ;;
  "venv "*) rm -rf .venv && mkdir -p .venv/bin && cp "$0" .venv/bin/pre-commit ;;
esac
"""


@dataclass(frozen=True)
class Checkout:
    """A folder with the files that the set-up reads."""

    folder: Path

    def lint(
        self, fails_at: str = "nothing", python: str = "../python"
    ) -> tuple[int, list[str], str]:
        """Run `make lint`; return its exit code, what the stubs were asked, and what it said."""
        calls = self.folder.parent / "calls"
        calls.write_text("", encoding="utf-8")
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
        done = subprocess.run(
            ["make", "lint", f"PYTHON={python}"],
            cwd=self.folder,
            env=inherited | {"CALLS": str(calls), "FAILS_AT": fails_at},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, calls.read_text(encoding="utf-8").splitlines(), done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder = tmp_path / "a check out"
    (folder / "requirements").mkdir(parents=True)
    for name in PARTS:
        shutil.copy(ROOT / name, folder / name)
    (tmp_path / "python").write_text(STUB, encoding="utf-8")
    (tmp_path / "python").chmod(0o755)
    return Checkout(folder)


def _installs(calls: list[str]) -> list[str]:
    return [call for call in calls if "install" in call or "sync" in call]


def test_first_call_installs_all_from_hash_pinned_locks(checkout: Checkout) -> None:
    code, calls, _ = checkout.lint()

    assert code == 0
    uv, packages, project = _installs(calls)
    assert uv.startswith("python -m pip install")
    assert "--require-hashes" in uv
    assert packages == "uv pip sync --python .venv --require-hashes requirements/all.txt"
    assert project.startswith("uv pip install")
    assert "--no-deps" in project
    assert calls[-1] == "pre-commit run --all-files"


def test_second_call_installs_nothing(checkout: Checkout) -> None:
    checkout.lint()
    for name in PARTS:
        os.utime(checkout.folder / name)

    assert checkout.lint()[1] == ["pre-commit run --all-files"]


@pytest.mark.parametrize("changed", ["requirements/all.txt", "setup.cfg"])
def test_changed_lock_is_installed_without_another_uv(checkout: Checkout, changed: str) -> None:
    checkout.lint()
    with (checkout.folder / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")

    assert [call.split()[0] for call in _installs(checkout.lint()[1])] == ["uv", "uv"]


@pytest.mark.parametrize("step", ["--target .uv", "venv --quiet", "pip sync", "--editable"])
def test_interrupted_set_up_is_done_again(checkout: Checkout, step: str) -> None:
    code, calls, _ = checkout.lint(fails_at=step)
    assert code != 0
    assert "pre-commit run --all-files" not in calls

    code, calls, _ = checkout.lint()
    assert code == 0
    assert any("pip sync" in call for call in calls)
    assert calls[-1] == "pre-commit run --all-files"


def test_moved_checkout_gets_a_new_environment(checkout: Checkout) -> None:
    checkout.lint()
    moved = Checkout(checkout.folder.rename(checkout.folder.with_name("moved")))

    assert any("pip sync" in call for call in moved.lint()[1])


def test_python_that_is_too_old_is_named_with_the_remedy(checkout: Checkout) -> None:
    code, calls, said = checkout.lint(python="../python", fails_at="version_info")

    assert code != 0
    assert "needs Python 3.11 or newer" in said
    assert "make lint PYTHON=" in said
    assert _installs(calls) == []


def test_clean_removes_what_stages_wrote_and_keeps_what_cannot_be_made_again(
    tmp_path: Path,
) -> None:
    for name in ("Makefile", ".gitignore"):
        shutil.copy(ROOT / name, tmp_path)
    made = [
        "data/interim/mill/x.parquet",
        "models/mill/model.onnx",
        "reports/mill/a.html",
        "build/b",
    ]
    kept = ["data/raw/mill/log.csv", "data/external/e.csv", ".dvc/cache/f", "mlflow.db", ".venv/p"]
    tracked = ["data/interim/.gitkeep", "models/.gitkeep", "reports/figures/.gitkeep", "src/a.py"]
    for name in (*made, *kept, *tracked, "data/processed/.gitkeep"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for command in (["git", "init", "--quiet"], ["git", "add", "."], ["make", "clean"]):
        said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert [name for name in made if (tmp_path / name).exists()] == []
    assert [name for name in (*kept, *tracked) if not (tmp_path / name).exists()] == []
    assert "Kept: data/raw" in said.stdout
