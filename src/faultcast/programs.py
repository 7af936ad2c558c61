"""Programs of this interpreter's environment, which need not be activated."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_FOLDER = Path(sys.executable).parent


def program(name: str) -> str:
    """Return the path of a program of the environment."""
    return str(_FOLDER / name)


def search_path(environment: Mapping[str, str] = os.environ) -> str:
    """Return a `PATH` that finds the environment's programs first, then those of another."""
    return os.pathsep.join([str(_FOLDER), environment.get("PATH", os.defpath)])


def start_and_listen(
    words: Sequence[str],
    folder: Path,
    before: Callable[[], None],
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """Start a program in a process group of its own, all of whose lines are read.

    Args:
        words: the program and its arguments.
        folder: where it runs.
        before: is called in the new process between fork and exec.
        environment: its variables; None: those of this process.
    """
    return subprocess.Popen(
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        preexec_fn=before,
    )
