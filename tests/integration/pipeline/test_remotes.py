"""Data through remotes: a folder, and a real SFTP server that lies, stalls and dies."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import pytest
from mlflow import MlflowClient

from faultcast.config.layout import Layout
from faultcast.settings import tracking_uri
from faultcast.tracking.record import record_run
from tests.integration.pipeline.project import Ended, Project, begin
from tests.integration.pipeline.sftp_server import SSHD, SftpServer, make_keys

FILES = 150
TIMEOUT = 2
REMOTE = """\
[core]
    remote = team
['remote "team"']
    url = {url}
    keyfile = {key}
    timeout = {timeout}
"""


@pytest.fixture(scope="module")
def _tracked(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with data that DVC tracks, committed."""
    project = begin(tmp_path_factory.mktemp("tracked") / "project", ["mill"])
    project.write(".gitignore", "/data/**\n!/data/**/\n!/data/**/*.dvc\n")
    for number in range(FILES):
        project.write(f"data/raw/mill/{number}.csv", f"{number}\n" * 9000)
    for words in (
        ("dvc", "add", "--quiet", "data/raw/mill"),
        ("git", "add", "-A"),
        ("git", "-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-qm", "Data"),
    ):
        ended = project.run(*words)
        assert ended.code == 0, ended.text
    return project


@pytest.fixture
def project(_tracked: Project, tmp_path: Path) -> Iterator[Project]:
    project = _tracked.copy(tmp_path / "my project")
    yield project
    project.end()


@pytest.fixture(scope="module")
def _keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def server(_keys: Path, tmp_path: Path) -> Iterator[SftpServer]:
    if not Path(SSHD).exists():
        pytest.skip("there is no SSH server here: install Debian's package openssh-server")
    server = SftpServer(tmp_path / "sftp", _keys)
    server.set_up()
    server.start()
    yield server
    server.kill()


def add_remote(project: Project, server: SftpServer, port: int | None = None) -> None:
    url = server.url.replace(f":{server.port}/", f":{port or server.port}/")
    project.write(".dvc/config", REMOTE.format(url=url, key=server.key, timeout=TIMEOUT))


def transfer(project: Project, server: SftpServer, verb: str, *words: str) -> Ended:
    return project.run("faultcast", "data", verb, *words, HOME=str(server.home))


def clone(project: Project, target: Path) -> Project:
    """Clone what git has; the remotes are those of the first clone."""
    ended = project.run("git", "clone", "-q", str(project.root), str(target))
    assert ended.code == 0, ended.text
    shutil.copy(project.root / ".dvc/config", target / ".dvc/config")
    return Project(target)


def arrived(server: SftpServer) -> int:
    """Return how many files are at the server under their final names."""
    objects = server.files / "data/files/md5"
    return sum(len(one.stem) == 30 for one in objects.glob("??/*"))


def test_a_fresh_clone_gets_and_verifies_what_was_pushed_over_sftp(
    project: Project, server: SftpServer, tmp_path: Path
) -> None:
    add_remote(project, server)
    pushed = transfer(project, server, "push")
    assert pushed.code == 0, pushed.text
    assert f"Sent {FILES + 2} files." in pushed.text
    assert "Sent nothing new" in transfer(project, server, "push").text

    other = clone(project, tmp_path / "other")
    pulled = transfer(other, server, "pull")

    assert pulled.code == 0, pulled.text
    assert other.files("data/raw") == project.files("data/raw")


def test_a_file_that_changed_at_the_server_is_refused_when_pulled(
    project: Project, server: SftpServer, tmp_path: Path
) -> None:
    add_remote(project, server)
    assert transfer(project, server, "push").code == 0
    spoiled = max(server.files.rglob("*"), key=lambda one: one.is_file() and one.stat().st_size)
    spoiled.chmod(0o644)
    spoiled.write_bytes(b"X" + spoiled.read_bytes()[1:])

    pulled = transfer(clone(project, tmp_path / "other"), server, "pull")

    assert pulled.code == 1
    assert "data remote team: not everything arrived: " in pulled.text
    assert "Traceback" not in pulled.text


def test_what_the_remote_lacks_is_left_out_when_that_is_allowed(
    project: Project, tmp_path: Path
) -> None:
    project.write("data/raw/other/1.csv", "other\n")
    for words in (
        ("remote", "add", "--quiet", "--default", "team", str(tmp_path / "remote")),
        ("add", "--quiet", "data/raw/other"),
        ("push", "--quiet", "data/raw/other"),
    ):
        assert project.run("dvc", *words).code == 0
    other = project.copy(tmp_path / "other")
    for folder in (".dvc/cache", "data/raw/mill", "data/raw/other"):
        shutil.rmtree(other.root / folder)

    refused = other.run("faultcast", "data", "pull")
    assert refused.code == 1
    assert "data/raw/mill" in refused.text

    pulled = other.run("faultcast", "data", "pull", "--allow-missing")
    assert pulled.code == 0, pulled.text
    assert other.read("data/raw/other/1.csv") == "other\n"
    assert not (other.root / "data/raw/mill").exists()


def test_a_server_with_another_host_key_gets_nothing(project: Project, server: SftpServer) -> None:
    add_remote(project, server)
    server.know("other_key")

    refused = transfer(project, server, "push")

    assert refused.code == 1
    assert "data remote team: the server's host key is not the one in" in refused.text
    assert "Traceback" not in refused.text

    (server.home / ".ssh/known_hosts").unlink()
    assert "or none is there; nothing was sent" in transfer(project, server, "push").text
    assert not arrived(server)


def test_a_server_that_accepts_and_stays_silent_is_given_up(
    project: Project, server: SftpServer
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        add_remote(project, server, silent.getsockname()[1])
        began = monotonic()
        ended = transfer(project, server, "push")

    assert ended.code == 1
    assert "data remote team: the server accepts connections and does not answer" in ended.text
    assert monotonic() - began < 10 * TIMEOUT


def wait_for_some(server: SftpServer) -> None:
    limit = monotonic() + 60
    while not arrived(server):
        assert monotonic() < limit
        sleep(0.005)


def test_a_connection_that_stalls_in_the_middle_ends_with_a_message(
    project: Project, server: SftpServer
) -> None:
    add_remote(project, server)
    push = project.start("faultcast", "data", "push", "-j", "1", HOME=str(server.home))
    wait_for_some(server)
    server.fall_silent()

    text, _ = push.communicate(timeout=30 * TIMEOUT)

    assert push.returncode == 1
    assert "not everything arrived: the connection ended, or the server fell silent" in text
    assert "run the command again" in text


def test_a_push_that_the_server_died_in_is_completed_by_the_next_one(
    project: Project, server: SftpServer, tmp_path: Path
) -> None:
    add_remote(project, server)
    push = project.start("faultcast", "data", "push", "-j", "1", HOME=str(server.home))
    wait_for_some(server)
    server.kill()
    text, _ = push.communicate(timeout=60)
    assert push.returncode == 1, text
    assert 0 < arrived(server) < FILES + 1

    server.start()
    again = transfer(project, server, "push")
    assert again.code == 0, again.text

    other = clone(project, tmp_path / "other")
    pulled = transfer(other, server, "pull")
    assert pulled.code == 0, pulled.text
    assert other.files("data/raw") == project.files("data/raw")


def test_a_stick_that_is_not_there_is_named(project: Project, tmp_path: Path) -> None:
    stick = tmp_path / "stick" / "faultcast-data"
    assert project.run("dvc", "remote", "add", "--default", "stick", str(stick)).code == 0

    ended = project.run("faultcast", "data", "push")

    assert ended.code == 1
    assert f"data remote stick: neither {stick} nor {stick.parent} is there" in ended.text
    assert not stick.parent.exists()


@pytest.mark.parametrize("words", [(), ("--remote", "team")])
def test_without_a_remote_the_message_says_how_to_add_one(
    project: Project, words: tuple[str, ...]
) -> None:
    ended = project.run("faultcast", "data", "pull", *words)

    assert ended.code == 2
    assert "dvc remote add --default NAME URL" in ended.text


def test_a_whole_project_is_carried_across_with_a_folder(project: Project, tmp_path: Path) -> None:
    stick, here = tmp_path / "stick", Layout(project.root)
    stick.mkdir()
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.onnx").write_bytes(b"bytes")
    for _ in range(2):  # one delivered, one that waits
        record_run(here, "mill", "04_train", datetime.now(UTC), {}, {"rows": 1}, {"model": model})
        if not (project.root / "mlflow.db").exists():
            assert project.run("faultcast", "sync").code == 0
    for words in (
        ("git", "init", "-q", "--bare", "-b", "main", str(stick / "code.git")),
        ("git", "push", "-q", str(stick / "code.git"), "HEAD:main"),
        ("dvc", "remote", "add", "--quiet", "stick", str(stick / "data")),
        ("faultcast", "data", "push", "--remote", "stick", "--all-commits"),
        ("cp", "-r", "mlflow.db", "mlartifacts", ".faultcast/records", str(stick)),
    ):
        ended = project.run(*words)
        assert ended.code == 0, ended.text
    before = project.files("data/raw/mill")
    shutil.rmtree(project.root)

    (tmp_path / "other").mkdir()
    there = Project(tmp_path / "other")
    for words in (
        ("git", "clone", "-q", str(stick / "code.git"), "."),
        ("dvc", "remote", "add", "--quiet", "--force", "stick", str(stick / "data")),
        ("faultcast", "data", "pull", "--remote", "stick", "--all-commits"),
        ("cp", "-r", str(stick / "mlflow.db"), str(stick / "mlartifacts"), "."),
        ("mkdir", "-p", ".faultcast"),
        ("cp", "-r", str(stick / "records"), ".faultcast"),
        ("faultcast", "sync"),
    ):
        ended = there.run(*words)
        assert ended.code == 0, ended.text

    assert there.files("data/raw/mill") == before
    assert "Delivered 1 run" in ended.text
    client = MlflowClient(tracking_uri(there.root))
    experiment = client.get_experiment_by_name("faultcast/mill")
    runs = client.search_runs([experiment.experiment_id])
    assert len(runs) == 2
    for run in runs:
        place = client.download_artifacts(run.info.run_id, "model/model.onnx", str(tmp_path))
        assert Path(place).read_bytes() == b"bytes"
