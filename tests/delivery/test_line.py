"""The whole line of .gitlab-ci.yml: from a push to two servers, and what stops it on the way."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.delivery.images import provide_service, provide_tools
from tests.delivery.parts import Engine, Registry, until
from tests.delivery.pipeline import Pipeline, Ran
from tests.delivery.server import Server, example
from tests.e2e.clone import Clone

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
    remote = tmp_path_factory.mktemp("remote")
    pipeline.clone.run("dvc", "remote", "add", "--local", "--default", "team", str(remote))
    pipeline.clone.run("dvc", "push", "--run-cache")
    known = tmp_path_factory.mktemp("known") / "hosts"
    known.write_text("".join(each.door.known_hosts.read_text() for each in (staging, server)))
    # One key for both servers, as the variable DEPLOY_KEY is one; pasted, it has lost its last end.
    staging.door.take_key_of(server.door)
    key = known.with_name("key")
    key.write_text(server.door.key.read_text().rstrip("\n"))
    variables = {
        "DVC_REMOTE_URL": str(remote),
        "CI_REGISTRY": registry.address,
        "CI_REGISTRY_IMAGE": f"{registry.address}/faultcast",
        "CI_REGISTRY_USER": registry.user,
        "CI_REGISTRY_PASSWORD": registry.password,
        "DEPLOY_KEY": str(key),
        "DEPLOY_KNOWN_HOSTS": str(known),
        "STAGING_TARGET": staging.door.target,
        "STAGING_HOST": staging.front.partition("//")[2],
        "PRODUCTION_TARGET": server.door.target,
        "PRODUCTION_HOST": server.front.partition("//")[2],
    }
    return replace(pipeline, variables=variables, environment=engine.runner_variables)


@pytest.fixture(scope="module")
def team(line: Pipeline) -> Pipeline:
    """The same with the team's registry, which knows the run that was made before the push."""
    registry = f"sqlite:///{line.clone.root}/mlflow.db"
    return replace(line, variables={**line.variables, "MLFLOW_TRACKING_URI": registry})


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
    assert "at least 0.99 is asked" in ran.text
    assert served(staging) == ""


def test_a_merge_request_shows_what_it_changes_in_the_models(line: Pipeline) -> None:
    plant = line.clone.root / "configs/plants/small.yaml"
    request = {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": line.git("rev-parse", "HEAD"),
    }
    line.commit(plant.relative_to(line.clone.root), plant.read_text().replace("[12h]", "[18h]"))
    ran = line.on("feature/lags", "compare", **request)
    line.git("reset", "--quiet", "--hard", "HEAD~1")
    assert ran.code == 0, ran.text
    made = line.artifacts("compare")
    comment = (made / "build" / "comment.md").read_text()
    assert comment.startswith("## What this merge request changes in the models")
    assert "cannot be read" not in comment
    rows = [[cell.strip() for cell in row.split("|")] for row in comment.splitlines()]
    changes = {row[2]: row[3:6] for row in rows if len(row) > 5}
    before, now, _ = next(change for name, change in changes.items() if "average_prec" in name)
    assert 0 < float(before) < 1
    assert 0 < float(now) < 1
    assert list((made / "build" / "plots").glob("*.html"))


@pytest.fixture(scope="module")
def tried(team: Pipeline, staging: Server, server: Server) -> str:
    """The commit that develop brought to staging."""
    commit = team.commit("README.md", "A change\n")
    ran = team.on("develop")
    assert ran.code == 0, ran.text
    assert ran.passed == ON_DEVELOP
    assert "stages are up to date" in ran.text  # what was trained before the push was pulled
    assert staging.status()["commit"] == commit
    assert served(server) == ""
    return commit


def test_develop_goes_to_staging_and_no_further(staging: Server, tried: str) -> None:
    status = staging.status()
    assert (status["commit"], status["ready"]) == (tried, True)
    assert status["models"] == {"small": "1"}
    assert status["changes"][0]["by"] == "person"
    assert staging.ask("/health/ready")


def test_the_image_is_built_in_containers_too(
    team: Pipeline, engine: Engine, staging: Server, tried: str
) -> None:
    provide_tools(engine, "docker:27", "docker", "git")
    provide_tools(engine, "docker.io/firecow/gitlab-ci-local-util:latest", "rsync", "git")
    socket = "/var/run/docker.sock"
    container = ("--pull-policy", "if-not-present", "--volume", f"{engine.socket}:{socket}")
    built = replace(team, executor=container).on(
        "develop", "package", DOCKER_HOST=f"unix://{socket}"
    )
    assert built.code == 0, built.text
    assert f"IMAGE_DIGEST={served(staging)}" in built.text
    assert team.git("rev-parse", "HEAD") == tried


def test_a_forged_digest_is_refused_by_the_server(
    team: Pipeline, staging: Server, tried: str
) -> None:
    before = served(staging)
    report = team.artifacts("package") / ".gitlab-ci-reports/dotenv/build/image.env"
    report.write_text(f"IMAGE_DIGEST={UNKNOWN}\n")
    unknown = team.on("develop", "staging")
    assert unknown.code != 0
    assert "could not be pulled" in unknown.text
    report.write_text(f"IMAGE_DIGEST={before}\n")
    team.commit("README.md", "Another change\n")
    other = team.on("develop", "staging")
    team.git("reset", "--quiet", "--hard", "HEAD~1")
    assert other.code != 0
    assert f"was built from commit {tried}, not" in other.text
    assert served(staging) == before


def test_main_goes_to_production_when_a_person_presses_the_button(
    team: Pipeline, staging: Server, server: Server, tried: str
) -> None:
    commit = team.commit("README.md", "A release\n")
    waiting = team.on("main", "--manual", "production")
    assert waiting.code == 0, waiting.text
    assert waiting.passed == ON_DEVELOP | {"production"}
    status = server.status()
    assert (status["commit"], status["digest"]) == (commit, served(staging))
    assert commit != tried


def test_a_version_tag_goes_there_too_and_the_rollback_job_comes_back(
    team: Pipeline, server: Server
) -> None:
    released = served(server)
    commit = team.commit("README.md", "A version\n")
    team.git("tag", "v1.2.3")
    tagged = ("--unset-variable", "CI_COMMIT_BRANCH")
    ran = team.on("main", "--manual", "production", *tagged, CI_COMMIT_TAG="v1.2.3")
    assert ran.code == 0, ran.text
    status = server.status()
    assert (status["commit"], status["version"]) == (commit, "1.2.3")
    back = team.on("main", "rollback")
    assert back.code == 0, back.text
    assert served(server) == released
    assert server.status()["changes"][0]["action"] == "rollback"


def as_of_now(asked: dict[str, Any]) -> dict[str, Any]:
    """Move the times of a request, so that the board counts its forecasts among the newest."""
    later = datetime.now(UTC).replace(microsecond=0) - datetime.fromisoformat(asked["at"])

    def moved(text: str) -> str:
        return (datetime.fromisoformat(text) + later).isoformat()

    lists = {
        name: [{**each, "time": moved(each["time"])} for each in asked[name]]
        for name in ("readings", "events")
    }
    return {"at": moved(asked["at"]), **lists}


def test_a_forecast_of_the_deployed_container_is_on_the_board_and_leads_to_raw_data(
    team: Pipeline, server: Server, browser: Browser
) -> None:
    with server.client() as client:
        path, asked = example(client)
        answer = client.post(path, json=as_of_now(asked)).raise_for_status()
    machine = asked["readings"][0]["machine"]
    page = browser.new_page(
        base_url=server.front, http_credentials={"username": "any", "password": server.key}
    )
    until(lambda: page.goto("/") and machine in page.content(), "the machine on the board")
    page.get_by_role("link", name=machine).first.click()
    expect(page.get_by_role("heading", name=machine)).to_be_visible()
    if folder := os.environ.get("FAULTCAST_TEST_SHOTS"):
        page.screenshot(path=f"{folder}/machine.png", full_page=True)
    page.close()
    store = f"sqlite:///{server.volume}/predictions.db"
    asked_for = answer.headers["X-Request-ID"]
    told = team.clone.run("faultcast", "lineage", asked_for, FAULTCAST_STORE=store).stdout
    assert "Every link holds" in told
    for link in ("version", "commit", "data/raw/small"):
        assert link in told


@pytest.fixture
def delivered(team: Pipeline, tmp_path: Path) -> Path:
    """Where the plant delivers its logs from now on: those of the clone so far."""
    folder = tmp_path / "delivered"
    raw = team.clone.root / "data" / "raw" / "small"
    shutil.copytree(raw, folder)
    shutil.rmtree(raw)
    parameters = "plants: [small]\nsimulated: []\ncases: []\n"
    (team.clone.root / "params.yaml").write_text(parameters)
    team.clone.run("faultcast", "data", "import", "small", str(folder))
    team.commit("params.yaml", parameters)
    team.clone.run("faultcast", "data", "push")
    return folder


def longer_logs(folder: Path, root: Path) -> None:
    """Let the plant deliver ten more days."""
    other = Clone.of_small_plant(root)
    simulation = other.root / "configs/simulation/small.yaml"
    simulation.write_text(simulation.read_text().replace("length: 90d", "length: 100d"))
    other.run("faultcast", "simulate", "small")
    shutil.copytree(other.root / "data/raw/small", folder, dirs_exist_ok=True)


def test_a_schedule_trains_with_new_logs_and_proposes_what_it_trained(
    team: Pipeline, delivered: Path, server: Server, tmp_path: Path
) -> None:
    gitlab = tmp_path / "gitlab" / "faultcast.git"
    team.git("clone", "--quiet", "--bare", ".", str(gitlab))
    team.git("-C", str(gitlab), "config", "receive.advertisePushOptions", "true")
    team.git("config", f"url.{gitlab.parent}/.insteadOf", "https://gitlab.example.com/team/")
    before = served(server)

    def scheduled() -> Ran:
        ran = team.on("main", CI_PIPELINE_SOURCE="schedule", RECORD_TOKEN="only for tests")
        assert ran.code == 0, ran.text
        # Whether the database of vulnerabilities can be reached is another matter.
        assert ran.passed - {"audit"} == CHECKS | {"data", "train", "gate", "record"}
        assert "only for tests" not in ran.text
        return ran

    assert "there is nothing to record" in scheduled().text
    longer_logs(delivered, tmp_path / "longer")
    assert "Proposed as a merge request of branch retrained/main" in scheduled().text
    assert "Proposed" in scheduled().text  # nobody merged it: the next night's lies on top
    assert served(server) == before
    # Until it is merged main is behind the registry, which keeps no change of code back.
    pushed = team.on("main", "gate", "--needs")
    assert pushed.code == 0, pushed.text
    assert "version 1 was champion before" in pushed.text

    proposed = ("--git-dir", str(gitlab), "diff", "--name-only", "main", "retrained/main")
    recorded = {"data/raw/small.dvc", "dvc.lock", "reports/experiments.csv"}
    assert recorded == set(team.git(*proposed).split())
    team.git("checkout", "-q", ".")
    team.git("clean", "-fq", "reports")
    team.git("pull", "--quiet", "--ff-only", str(gitlab), "retrained/main")
    assert int(team.git("rev-list", "--count", "--no-merges", "main@{1}..HEAD")) == 1
    team.clone.run("faultcast", "data", "pull", "--all-commits")
    told = team.clone.run("faultcast", "lineage", "small@champion").stdout
    assert "small/2 (champion)" in told
    assert "Every link holds" in told
    assert "up to date" in team.clone.run("faultcast", "pipeline", "run").stdout
