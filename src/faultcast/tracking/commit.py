"""The commit that a run was made from."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

# What runs, and new logs, write: of data `dvc.lock` says by hash what a run was made from.
_WRITTEN_BY_RUNS = ("dvc.lock", "reports/experiments.csv", "data/**/*.dvc")


@dataclass(frozen=True)
class Commit:
    """A git commit, and whether tracked files differed from it; `sha` is empty outside git."""

    sha: str
    dirty: bool


def current_commit(root: Path) -> Commit:
    """Ask git for the commit of a checkout."""
    sha = _git(root, "rev-parse", "HEAD")
    others = [f":(top,exclude,glob){path}" for path in _WRITTEN_BY_RUNS]
    changed = sha and _git(root, "status", "--porcelain", "-uno", "--", ":(top)", *others)
    return Commit(sha, bool(changed))


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", root, *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
