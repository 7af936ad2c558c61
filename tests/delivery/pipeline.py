"""The pipeline of .gitlab-ci.yml as gitlab-ci-local runs it on a clone, job by job in a shell."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.clone import ROOT, Clone

# The checks that take long are those of a lint run, and not of its job.
_LONG_CHECKS = "mypy,import-linter,pipeline-check,check-pipeline,detect-secrets"
_SHORT_TEST = "--no-cov -n0 -p no:cacheprovider tests/unit/test_files.py"
# What a make or a pytest around this one sets is not for the jobs.
_NOT_INHERITED = ("COV", "PYTEST", "MLFLOW_", "MAKE", "MFLAGS", "PYTHONDONTWRITEBYTECODE")
# The pages of the code take minutes; the job is shown with one page.
_ONE_PAGE = """\
\"\"\"One page.\"\"\"

project = "faultcast"
extensions = ["myst_parser"]
include_patterns = ["index.md"]
"""


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
    """A clone with a remote, the variables that GitLab would hold, and the runner's environment."""

    clone: Clone
    variables: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    # Without it jobs run in containers, as GitLab's do.
    executor: Sequence[str] = ("--force-shell-executor", "--shell-isolation")

    def git(self, *words: str) -> str:
        """Run git in the clone."""
        done = subprocess.run(
            ["git", *words], cwd=self.clone.root, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def artifacts(self, job: str) -> Path:
        """Return the folder of what a job left."""
        return self.clone.root / ".gitlab-ci-local" / "artifacts" / job

    def commit(self, name: Path | str, text: str) -> str:
        """Commit a file; return the commit's hash."""
        (self.clone.root / name).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"Change {name}")
        return self.git("rev-parse", "HEAD")

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
            str(ROOT / "scripts" / "gitlab-ci-local"), *self.executor,
            "--no-artifacts-to-source", "--no-color", "--concurrency", "2",
            "--ignore-predefined-vars", "CI_REGISTRY,CI_REGISTRY_IMAGE", *options, *words,
        ]  # fmt: skip
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)
        } | self.environment
        done = subprocess.run(
            command,
            cwd=self.clone.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        return Ran(done.returncode, done.stdout + done.stderr)


def gitlab_project(clone: Clone) -> Pipeline:
    """Take a clone as one that came from GitLab."""
    pipeline = Pipeline(clone)
    pipeline.git("config", "user.name", "A person")
    pipeline.git("config", "user.email", "person@example.org")
    (clone.root / "docs" / "index.md").write_text("# faultcast\n")
    pipeline.commit("docs/conf.py", _ONE_PAGE)
    pipeline.git("branch", "-M", "main")
    pipeline.git("remote", "add", "origin", "git@gitlab.example.com:team/faultcast.git")
    pipeline.git("update-ref", "refs/remotes/origin/main", "HEAD")
    pipeline.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    return pipeline
