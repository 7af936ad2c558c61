"""The whole line of .gitlab-ci.yml: from a push to two servers, and what stops it on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.delivery.parts import Engine, Registry, provide_service
from tests.delivery.pipeline import Pipeline
from tests.delivery.server import Server

pytestmark = pytest.mark.timeout(1800)
CHECKS = {"lint", "test", "docs"}
ON_DEVELOP = CHECKS | {"data", "train", "gate", "package", "staging"}
DELIVERY = {"package", "staging", "production"}
UNKNOWN = "sha256:" + "0" * 64
FAILING = "def test_it_works() -> None:\n    raise AssertionError\n"
ONLY_THAT = "--no-cov -n0 -p no:cacheprovider tests/unit/test_broken.py"


@pytest.fixture(scope="module")
def line(
    pipeline: Pipeline,
    engine: Engine,
    registry: Registry,
    staging: Server,
    server: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    """The pipeline with the variables of docs/delivery.md, on a runner that has Docker."""
    provide_service(engine, "docker:27-dind")
    known = tmp_path_factory.mktemp("known") / "hosts"
    known.write_text("".join(each.door.known_hosts.read_text() for each in (staging, server)))
    # One key for both servers, as the variable DEPLOY_KEY is one.
    staging.door.take_key_of(server.door)
    variables = {
        "CI_REGISTRY": registry.address,
        "CI_REGISTRY_IMAGE": f"{registry.address}/faultcast",
        "CI_REGISTRY_USER": registry.user,
        "CI_REGISTRY_PASSWORD": registry.password,
        "DEPLOY_KEY": str(server.door.key),
        "DEPLOY_KNOWN_HOSTS": str(known),
        "STAGING_TARGET": staging.door.target,
        "STAGING_HOST": staging.front.partition("//")[2],
        "PRODUCTION_TARGET": server.door.target,
        "PRODUCTION_HOST": server.front.partition("//")[2],
    }
    return replace(pipeline, variables=variables, environment=engine.runner_variables)


def served(server: Server) -> str:
    """Return the digest that a server serves; empty before its first."""
    return str(server.status()["digest"])


def test_a_feature_branch_is_checked_and_goes_nowhere(line: Pipeline, staging: Server) -> None:
    ran = line.on("feature/x")
    assert ran.code == 0, ran.text
    assert ran.passed == CHECKS
    assert served(staging) == ""


def test_a_failing_test_stops_the_line(line: Pipeline, staging: Server) -> None:
    line.commit("tests/unit/test_broken.py", FAILING)
    ran = line.on("develop", ARGS=ONLY_THAT)
    line.git("reset", "--quiet", "--hard", "HEAD~1")
    assert ran.code != 0
    assert "test" in ran.failed
    assert ran.passed.isdisjoint(ON_DEVELOP - CHECKS)
    assert served(staging) == ""


def test_a_failing_gate_stops_the_line(line: Pipeline, staging: Server) -> None:
    plant = "configs/plants/small.yaml"
    text = (line.clone.root / plant).read_text()
    line.commit(plant, f"{text}\ngate: {{min_average_precision: 0.99}}\n")
    ran = line.on("develop", "package", "--needs")
    line.git("reset", "--quiet", "--hard", "HEAD~1")
    assert ran.code != 0
    assert "train" in ran.passed
    assert ran.failed == {"gate"}
    assert "min_average_precision" in ran.text
    assert served(staging) == ""


@pytest.fixture(scope="module")
def tried(line: Pipeline, staging: Server, server: Server) -> str:
    """The commit that develop brought to staging."""
    commit = line.commit("README.md", "A change\n")
    ran = line.on("develop")
    assert ran.code == 0, ran.text
    assert ran.passed == ON_DEVELOP
    assert staging.status()["commit"] == commit
    assert served(server) == ""
    return commit


def test_develop_goes_to_staging_and_no_further(staging: Server, tried: str) -> None:
    status = staging.status()
    assert (status["commit"], status["ready"]) == (tried, True)
    assert status["models"] == {"small": "1"}
    assert status["changes"][0]["by"] == "person"
    assert staging.ask("/health/ready")


def test_a_forged_digest_is_refused_by_the_server(
    line: Pipeline, staging: Server, tried: str
) -> None:
    before = served(staging)
    unknown = line.on("develop", "staging", IMAGE_DIGEST=UNKNOWN)
    assert unknown.code != 0
    assert "could not be pulled" in unknown.text
    line.commit("README.md", "Another change\n")
    other = line.on("develop", "staging", IMAGE_DIGEST=before)
    line.git("reset", "--quiet", "--hard", "HEAD~1")
    assert other.code != 0
    assert f"was built from commit {tried}, not" in other.text
    assert served(staging) == before


def test_main_goes_to_production_when_a_person_presses_the_button(
    line: Pipeline, staging: Server, server: Server, tried: str
) -> None:
    commit = line.commit("README.md", "A release\n")
    waiting = line.on("main", "--manual", "production")
    assert waiting.code == 0, waiting.text
    assert waiting.passed == ON_DEVELOP | {"production"}
    status = server.status()
    assert (status["commit"], status["digest"]) == (commit, served(staging))
    assert commit != tried


def test_a_version_tag_goes_there_too_and_the_rollback_job_comes_back(
    line: Pipeline, server: Server
) -> None:
    released = served(server)
    commit = line.commit("README.md", "A version\n")
    line.git("tag", "v1.2.3")
    tagged = ("--unset-variable", "CI_COMMIT_BRANCH")
    ran = line.on("main", "--manual", "production", *tagged, CI_COMMIT_TAG="v1.2.3")
    assert ran.code == 0, ran.text
    status = server.status()
    assert (status["commit"], status["version"]) == (commit, "1.2.3")
    back = line.on("main", "rollback")
    assert back.code == 0, back.text
    assert served(server) == released
    assert server.status()["changes"][0]["action"] == "rollback"
