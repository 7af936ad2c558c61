"""Which jobs a push starts, as gitlab-ci-local reads the pipeline's rules."""

from __future__ import annotations

import pytest

from tests.delivery.pipeline import Pipeline

pytestmark = pytest.mark.timeout(900)
ALWAYS = {"lint", "test", "docs"}
MODELS = {"data", "train", "gate"}
DELIVERY = {"package", "staging"}
BY_HAND = {"production", "rollback"}


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


def test_a_schedule_goes_to_the_gate_and_records(pipeline: Pipeline) -> None:
    jobs = listed(pipeline, "main", CI_PIPELINE_SOURCE="schedule")
    assert set(jobs) == ALWAYS | MODELS | {"record", "audit"}
