"""The serving image: its content, its user, what it answers."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
import yaml

from faultcast.errors import PostgresMissingError
from faultcast.serving.store.database import Database
from faultcast.serving.store.questions import find_request
from faultcast.tracking.postgres import postgres
from tests.delivery.parts import Engine, answers, free_port, until
from tests.delivery.server import example
from tests.e2e.clone import ROOT, Clone

pytestmark = pytest.mark.timeout(900)


def files(engine: Engine, image: str, folder: Path) -> dict[str, str]:
    """Return the hash of every file of an image, and of its mode and owner."""
    tree = folder / "tree.tar"
    container = engine.docker("create", image)
    engine.docker("export", "--output", str(tree), container)
    engine.docker("rm", container)
    found = {}
    with tarfile.open(tree) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            told = f"{member.mode} {member.uid} {member.gid} {member.linkname}".encode()
            found[member.name] = hashlib.sha256(
                told + (content.read() if content else b"")
            ).hexdigest()
    tree.unlink()
    return found


@pytest.fixture(scope="module")
def content(engine: Engine, image: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return files(engine, image, tmp_path_factory.mktemp("content"))


def test_builds_of_two_clones_hold_the_same_files(
    engine: Engine, project: Clone, content: dict[str, str], tmp_path: Path
) -> None:
    labels = (project.root / "build" / "image" / "labels").read_text()
    commit = labels.partition("COMMIT=")[2].split()[0]
    other = Clone(tmp_path / "other")
    subprocess.run(["git", "clone", "-q", project.root, other.root], check=True)
    subprocess.run(["git", "-C", other.root, "checkout", "-q", commit], check=True)
    registry = f"sqlite:///{project.root}/mlflow.db"
    other.run("faultcast", "delivery", "context", "build/image", MLFLOW_TRACKING_URI=registry)
    secrets = [f"--secret=id=pip.conf,src={os.environ.get('PIP_CONFIG_FILE', '/etc/pip.conf')}"]
    secrets += [f"--secret=id=authorities,src={os.environ.get('PIP_CERT', '')}"]
    given = [one for one in secrets if Path(one.partition("src=")[2]).is_file()]
    engine.docker(
        "build", "--quiet", "--no-cache", "--tag", "faultcast:again",
        "--file", str(ROOT / "Dockerfile"), *given, str(other.root / "build" / "image"),
    )  # fmt: skip
    again = files(engine, "faultcast:again", tmp_path)
    differing = {name for name in content.keys() | again if content.get(name) != again.get(name)}
    assert differing == set()


def test_nothing_of_the_build_is_left(content: dict[str, str]) -> None:
    assert "etc/pip.conf" not in content
    assert "run/authorities.pem" not in content
    names = [name for name in content if name.startswith("opt/faultcast/")]
    assert not [name for name in names if "/site-packages/pip/" in name]
    assert not [name for name in names if "/site-packages/sklearn/" in name]
    assert not [name for name in content if name.startswith(("build/", "root/.cache/"))]


def test_it_runs_as_a_plain_user_and_writes_only_its_data(engine: Engine, image: str) -> None:
    run = ["run", "--rm", "--read-only", "--tmpfs", "/tmp", image, "python3", "-c"]
    assert engine.docker(*run, "import os; print(os.getuid(), os.getgid())") == "10001 10001"
    refused = engine.docker(*run, "open('/opt/models/x', 'w')", check=False)
    assert "Read-only file system" in refused
    engine.docker(*run, "open('/var/lib/faultcast/x', 'w')")


def test_it_answers_with_a_key_of_its_own(engine: Engine, image: str) -> None:
    asked = subprocess.run(
        [ROOT / "scripts" / "image-test", image],
        env={**os.environ, **engine.variables},
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert "/forecasts: version 1 gives" in asked.stdout


def test_a_proxy_for_other_machines_is_not_asked_for_its_own_address(
    engine: Engine, image: str
) -> None:
    proxy = [f"--env={name}=http://127.0.0.1:9" for name in ("http_proxy", "HTTP_PROXY")]
    container = engine.docker("run", "--detach", *proxy, image)
    health = ("inspect", "--format", "{{.State.Health.Status}}", container)
    until(lambda: engine.docker(*health) == "healthy", "the health check")
    assert "gives" in engine.docker("exec", container, "faultcast", "ask")
    engine.docker("rm", "--force", "--volumes", container)


@pytest.fixture
def database() -> Iterator[str]:
    # Not in pytest's folder: PostgreSQL is another user, who cannot enter that.
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        try:
            with postgres(Path(name) / "database") as address:
                yield address
        except PostgresMissingError:
            pytest.skip("there is no PostgreSQL here: install Debian's package postgresql")


def test_with_the_settings_of_the_teams_stack_it_keeps_forecasts_in_postgresql(
    engine: Engine, image: str, database: str
) -> None:
    stack = yaml.safe_load((ROOT / "compose.yaml").read_text())
    settings = stack["services"]["api"]
    assert settings["environment"]["FAULTCAST_STORE"].startswith("postgresql+psycopg://")
    options = ["--read-only"] if settings["read_only"] else []
    for name in ("tmpfs", "cap_drop", "security_opt"):
        options += [f"--{name.replace('_', '-')}={value}" for value in settings[name]]
    port = free_port()
    container = engine.docker(
        "run", "--detach", "--network=host", f"--env=FAULTCAST_STORE={database}", *options,
        image, "faultcast", "serve", "--port", str(port),
    )  # fmt: skip
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        until(lambda: answers(f"{client.base_url}/health/ready"), "the API")
        path, asked = example(client)
        answer = client.post(path, json=asked).raise_for_status()
    store, request = Database(database), answer.headers["X-Request-ID"]
    until(lambda: find_request(store, request), "the forecast in the database")
    store.engine.dispose()
    engine.docker("rm", "--force", "--volumes", container)
