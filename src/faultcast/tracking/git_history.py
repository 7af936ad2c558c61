"""What git knows of a commit: whether it is there, will stay, and what its files held."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class GitHistory:
    """The commits of a checkout."""

    root: Path

    def has(self, commit: str) -> bool:
        """Whether a commit is here."""
        return self._run("cat-file", "-e", f"{commit}^{{commit}}") is not None

    def keeps(self, commit: str) -> bool:
        """Whether a branch, a tag or the checkout itself leads to a commit: git removes others."""
        led_to = self._run("for-each-ref", "--contains", commit, "--count=1")
        return bool(led_to) or self._run("merge-base", "--is-ancestor", commit, "HEAD") is not None

    def subject(self, commit: str) -> str:
        """Return the first line of a commit's message."""
        return (
            (self._run("show", "--no-patch", "--format=%h %cs %s", commit) or b"").decode().strip()
        )

    def file(self, commit: str, path: str) -> bytes | None:
        """Return a file's bytes at a commit; None where it is not there."""
        return self._run("cat-file", "blob", f"{commit}:{path}")

    def later_changes(self, commit: str, path: str) -> list[str]:
        """Return the commits after one that changed a file, on any branch, the oldest first."""
        words = ("--format=%H", "--reverse", "--ancestry-path", "--all", f"^{commit}", "--", path)
        return (self._run("log", *words) or b"").decode().split()

    def _run(self, *words: str) -> bytes | None:
        done = subprocess.run(["git", "-C", self.root, *words], capture_output=True, check=False)
        return done.stdout if done.returncode == 0 else None
