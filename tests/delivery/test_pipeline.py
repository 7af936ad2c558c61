"""Which jobs a push starts, as gitlab-ci-local reads the pipeline's rules."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.delivery.pipeline import Pipeline
from tests.e2e.clone import ROOT, Clone

pytestmark = pytest.mark.timeout(300)
_RUNNER = "gitlab-ci-local@4.70.1"
ALWAYS = {"lint", "test", "docs"}
MODELS = {"data", "train", "gate"}
DELIVERY = {"package", "staging"}
BY_HAND = {"production", "rollback"}


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    if not shutil.which("npm"):
        pytest.skip("npm is missing; make delivery-test as root installs it")
    home = Path(os.environ.get("FAULTCAST_GITLAB_CI_LOCAL") or ROOT / ".cache" / "gitlab-ci-local")
    program = home / "node_modules" / ".bin" / "gitlab-ci-local"
    if not program.exists():
        subprocess.run(["npm", "install", "--no-save", "--prefix", home, _RUNNER], check=True)
    clone = Clone.of_small_plant(tmp_path_factory.mktemp("pipeline") / "faultcast")
    pipeline = Pipeline(clone, program)
    pipeline.git("branch", "-M", "main")
    pipeline.git("remote", "add", "origin", "git@gitlab.example.com:team/faultcast.git")
    pipeline.git("update-ref", "refs/remotes/origin/main", "HEAD")
    pipeline.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    return pipeline


def listed(pipeline: Pipeline, branch: str, *words: str, **variables: str) -> dict[str, str]:
    """Return the jobs that would run, each with when."""
    ran = pipeline.on(branch, "--list-csv", *words, **variables)
    assert ran.code == 0, ran.text
    rows = [line.split(";") for line in ran.text.splitlines() if line.count(";") >= 4]
    head, *jobs = rows
    return {job[head.index("name")]: job[head.index("when")] for job in jobs}


@pytest.mark.parametrize(
    ("branch", "jobs"),
    [
        ("feature/x", ALWAYS),
        ("develop", ALWAYS | MODELS | DELIVERY),
        ("main", ALWAYS | MODELS | DELIVERY | BY_HAND),
    ],
)
def test_a_branch_goes_as_far_as_it_may(pipeline: Pipeline, branch: str, jobs: set[str]) -> None:
    assert set(listed(pipeline, branch)) == jobs


def test_production_waits_for_a_person(pipeline: Pipeline) -> None:
    jobs = listed(pipeline, "main")
    assert {name for name, when in jobs.items() if when == "manual"} == BY_HAND


def test_a_version_tag_may_go_to_production(pipeline: Pipeline) -> None:
    tagged = ("--unset-variable", "CI_COMMIT_BRANCH")
    jobs = listed(pipeline, "main", *tagged, CI_COMMIT_TAG="v1.2.3")
    assert set(jobs) == ALWAYS | MODELS | DELIVERY | BY_HAND
    other = listed(pipeline, "main", *tagged, CI_COMMIT_TAG="try")
    assert set(other) == ALWAYS


def test_a_schedule_stops_at_the_gate(pipeline: Pipeline) -> None:
    jobs = listed(pipeline, "main", CI_PIPELINE_SOURCE="schedule")
    assert set(jobs) == ALWAYS | MODELS
