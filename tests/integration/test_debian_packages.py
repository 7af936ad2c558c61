"""What tests need beside Python: installed where one may, told elsewhere, never a failure.

Stubs play Debian's commands, so that nothing is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STUBS = {
    "id": 'echo "$USER_ID"',
    "dpkg-query": 'case "$INSTALLED" in *"$3"*) printf installed ;; *) exit 1 ;; esac',
    "apt-get": 'echo "$*" >> "$CALLS"; exit "$APT_EXIT"',
}
Run = Callable[..., tuple[list[str], str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs the script; it returns the calls of apt-get and what was said."""
    for name, source in STUBS.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{source}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "scripts").mkdir()
    (tmp_path / "requirements").mkdir()
    shutil.copy(ROOT / "scripts/debian-packages", tmp_path / "scripts")
    (tmp_path / "requirements/debian.txt").write_text("# Why.\nbrowser\ndatabase\n")

    def _run(installed: str = "", user: int = 0, apt_exit: int = 0) -> tuple[list[str], str]:
        calls = tmp_path / "calls"
        calls.write_text("", encoding="utf-8")
        variables = {"INSTALLED": installed, "USER_ID": str(user), "APT_EXIT": str(apt_exit)}
        done = subprocess.run(
            [str(tmp_path / "scripts/debian-packages")],
            env={
                "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
                "CALLS": str(calls),
                **variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )
        return calls.read_text(encoding="utf-8").splitlines(), done.stdout

    return _run


def test_what_is_missing_is_installed_by_root(run: Run) -> None:
    calls, said = run(installed="browser")
    assert calls[0].startswith("update")
    assert calls[1].startswith("install")
    assert calls[1].endswith(" database")
    assert "Installing Debian's database" in said


def test_nothing_is_done_or_said_where_all_is_there(run: Run) -> None:
    assert run(installed="browser database") == ([], "")


def test_a_program_that_came_from_elsewhere_is_left_alone(run: Run, tmp_path: Path) -> None:
    program = tmp_path / "database"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    calls, _ = run()
    assert calls[1].endswith("--no-install-recommends browser")


def test_others_are_told_what_to_install(run: Run) -> None:
    calls, said = run(user=1000)
    assert calls == []
    assert "sudo apt-get install --no-install-recommends browser database" in said


def test_a_failing_installation_is_told_and_stops_nothing(run: Run) -> None:
    calls, said = run(apt_exit=100)
    assert len(calls) == 1
    assert "are skipped" in said
