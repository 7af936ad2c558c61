"""The pipeline of .gitlab-ci.yml as gitlab-ci-local runs it on a clone, job by job in a shell."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.clone import Clone

# The checks that take long are those of a lint run, and not of its job.
_LONG_CHECKS = "mypy,gitlab-ci-local,import-linter,check-pipeline"
_SHORT_TEST = "--no-cov -n0 -p no:cacheprovider tests/unit/test_files.py"


@dataclass(frozen=True)
class Ran:
    """What became of a pipeline: its exit code, what it printed, and each job's outcome."""

    code: int
    text: str

    @property
    def passed(self) -> set[str]:
        """The jobs that ended well."""
        return set(re.findall(r"^ *PASS +(\S+)", self.text, re.MULTILINE))

    @property
    def failed(self) -> set[str]:
        """The jobs that did not."""
        return set(re.findall(r"^ *FAIL +(\S+)", self.text, re.MULTILINE))


@dataclass(frozen=True)
class Pipeline:
    """A clone with a remote, and the variables that GitLab would hold."""

    clone: Clone
    program: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def git(self, *words: str) -> str:
        """Run git in the clone."""
        who = ["-c", "user.name=A person", "-c", "user.email=person@example.org"]
        done = subprocess.run(
            ["git", *who, *words], cwd=self.clone.root, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def on(self, branch: str, *words: str, **variables: str) -> Ran:
        """Run the pipeline that a push to a branch would start."""
        self.git("checkout", "-q", "-B", branch)
        given = {
            "SKIP": _LONG_CHECKS,
            "ARGS": _SHORT_TEST,
            "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv")),
            **self.variables,
            **variables,
        }
        options = [
            text for name, value in given.items() for text in ("--variable", f"{name}={value}")
        ]
        command = [
            str(self.program), "--force-shell-executor", "--shell-isolation",
            "--no-artifacts-to-source", "--no-color", "--concurrency", "2", *options, *words,
        ]  # fmt: skip
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("COV", "PYTEST", "MLFLOW_", "PYTHONDONTWRITEBYTECODE"))
        }
        done = subprocess.run(
            command,
            cwd=self.clone.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        return Ran(done.returncode, done.stdout + done.stderr)
