"""Logs where a plant delivers them: a folder, and a real SFTP server; fetched again when new."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest

from tests.integration.pipeline.project import Ended, Project, begin, until
from tests.integration.pipeline.sftp_server import SSHD, SftpServer, make_keys

SENSORS = "machine,time,flow\n"
ROW = "p1,2026-01-01T00:00:00Z,1.0\n"
BIG = 40_000_000  # bytes: some seconds over SFTP


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = begin(tmp_path / "project", ["mill"])
    project.write(".gitignore", "/data/**\n!/data/**/\n!/data/**/*.dvc\n")
    shutil.rmtree(project.root / "data" / "raw" / "mill", ignore_errors=True)
    yield project
    project.end()


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    """A folder into which the plant delivers."""
    folder = tmp_path / "delivered"
    folder.mkdir()
    (folder / "readings.csv").write_text(SENSORS + ROW)
    return folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    if not Path(SSHD).exists():
        pytest.skip("there is no SSH server here: install Debian's package openssh-server")
    keys = tmp_path / "keys"
    keys.mkdir()
    server = SftpServer(tmp_path / "sftp", make_keys(keys))
    server.set_up()
    server.start()
    yield server
    server.kill()


def data(project: Project, *words: str, **variables: str) -> Ended:
    return project.run("faultcast", "data", *words, **variables)


def imported(project: Project, source: str, **variables: str) -> None:
    ended = data(project, "import", "mill", source, **variables)
    assert ended.code == 0, ended.text
    assert f"Fetched data/raw/mill from {source}" in ended.text


def of_pipeline(server: SftpServer, folder: str = "logs") -> tuple[str, dict[str, str]]:
    """Return the address of a folder, and the variables of a pipeline that has no home."""
    (server.files / folder).mkdir()
    variables = {
        "HOME": str(server.files),
        "FAULTCAST_DATA_KEY": str(server.key),
        "FAULTCAST_DATA_KNOWN_HOSTS": str(server.home / ".ssh" / "known_hosts"),
    }
    return server.url.removesuffix("data") + folder, variables


def test_new_logs_are_fetched_from_where_they_are_delivered(
    project: Project, delivered: Path
) -> None:
    imported(project, str(delivered))
    assert project.read("data/raw/mill/readings.csv") == SENSORS + ROW
    assert f"data/raw/mill: nothing new from {delivered}" in data(project, "update").text
    (delivered / "readings.csv").write_text(SENSORS + ROW * 2)
    (delivered / "failures.csv").write_text("machine,time\n")
    updated = data(project, "update", "mill")
    assert updated.code == 0
    assert f"data/raw/mill: new logs from {delivered}" in updated.text
    assert project.read("data/raw/mill/readings.csv") == SENSORS + ROW * 2
    assert (project.root / "data/raw/mill/failures.csv").exists()


@pytest.mark.usefixtures("delivered")
def test_a_relative_folder_is_that_of_the_caller(project: Project) -> None:
    (project.root / "here").mkdir()
    ended = project.run("faultcast", "data", "import", "mill", "../../delivered", at="here")
    assert ended.code == 0, ended.text
    assert data(project, "update").code == 0


def test_logs_that_are_gone_leave_those_that_were_there(project: Project, delivered: Path) -> None:
    imported(project, str(delivered))
    record = project.read("data/raw/mill.dvc")
    shutil.rmtree(delivered)
    updated = data(project, "update")
    assert updated.code == 1
    assert f"data/raw/mill: nothing came from {delivered}: " in updated.text
    assert "Traceback" not in updated.text
    assert project.read("data/raw/mill/readings.csv") == SENSORS + ROW
    assert project.read("data/raw/mill.dvc") == record


def test_logs_come_back_also_where_the_cache_was_cleared(project: Project, delivered: Path) -> None:
    imported(project, str(delivered))
    shutil.rmtree(project.root / ".dvc" / "cache")
    shutil.rmtree(delivered)
    assert data(project, "update").code == 1
    assert project.read("data/raw/mill/readings.csv") == SENSORS + ROW


def test_logs_that_were_changed_here_are_not_overwritten(project: Project, delivered: Path) -> None:
    imported(project, str(delivered))
    readings = project.root / "data/raw/mill/readings.csv"
    readings.unlink()  # DVC may have made it a link to its cache
    readings.write_text("mine\n")
    (delivered / "readings.csv").write_text(SENSORS + ROW * 2)
    updated = data(project, "update")
    assert updated.code == 1
    assert "data/raw/mill was changed here; move it away" in updated.text
    assert readings.read_text() == "mine\n"


def test_a_recorded_source_is_not_replaced(project: Project, delivered: Path) -> None:
    imported(project, str(delivered))
    shutil.rmtree(project.root / "data/raw/mill")
    ended = data(project, "import", "mill", str(delivered.parent))
    assert ended.code == 2
    assert "data/raw/mill.dvc is already there" in ended.text
    assert data(project, "update").code == 0
    assert project.read("data/raw/mill/readings.csv") == SENSORS + ROW


def test_what_else_was_imported_is_left_alone(project: Project, delivered: Path) -> None:
    (project.root / "extra").mkdir()
    assert project.run("dvc", "import-url", "--quiet", str(delivered), "extra/mill").code == 0
    assert "nothing to fetch" in data(project, "update").text
    imported(project, str(delivered))
    updated = data(project, "update").text
    assert "data/raw/mill: nothing new" in updated
    assert "extra/mill" not in updated


def test_logs_that_are_there_are_not_imported_over(project: Project, delivered: Path) -> None:
    project.write("data/raw/mill/readings.csv", "mine\n")
    ended = data(project, "import", "mill", str(delivered))
    assert ended.code == 2
    assert "data/raw/mill is already there; nothing was written" in ended.text
    assert project.read("data/raw/mill/readings.csv") == "mine\n"


def test_an_import_from_nowhere_leaves_nothing(project: Project, tmp_path: Path) -> None:
    ended = data(project, "import", "mill", str(tmp_path / "nowhere"))
    assert ended.code == 1
    assert "nothing came from" in ended.text
    assert not (project.root / "data/raw/mill").exists()
    assert not (project.root / "data/raw/mill.dvc").exists()


def test_a_plant_whose_logs_were_not_imported_is_named(project: Project, delivered: Path) -> None:
    none = data(project, "update")
    assert none.code == 0
    assert "nothing to fetch" in none.text
    imported(project, str(delivered))
    other = data(project, "update", "foundry")
    assert other.code == 2
    assert "the logs of foundry were not imported (those of mill were)" in other.text


def test_a_pipeline_fetches_over_sftp_with_a_key_and_host_keys_of_its_own(
    project: Project, server: SftpServer
) -> None:
    source, variables = of_pipeline(server)
    (server.files / "logs/readings.csv").write_text(SENSORS + ROW)
    imported(project, source, **variables)
    (server.files / "logs/readings.csv").write_text(SENSORS + ROW * 2)
    assert "new logs" in data(project, "update", **variables).text
    assert project.read("data/raw/mill/readings.csv") == SENSORS + ROW * 2


def test_logs_of_a_server_with_another_host_key_are_not_fetched(
    project: Project, server: SftpServer
) -> None:
    source, variables = of_pipeline(server)
    (server.files / "logs/readings.csv").write_text(SENSORS + ROW)
    server.know("other_key")
    refused = data(project, "import", "mill", source, **variables)
    assert refused.code == 1
    assert "the server's host key is not the one in" in refused.text
    assert not (project.root / "data/raw/mill").exists()


def half_fetched(project: Project, server: SftpServer) -> tuple[Popen[str], dict[str, str]]:
    """Import logs, let many more be delivered, and stop in the middle of fetching them."""
    source, variables = of_pipeline(server)
    readings = server.files / "logs/readings.csv"
    readings.write_text(SENSORS + ROW)
    imported(project, source, **variables)
    with readings.open("ab") as file:
        file.truncate(BIG)
    update = project.start("faultcast", "data", "update", **variables)
    until(lambda: not (project.root / "data/raw/mill/readings.csv").exists())
    return update, variables


def fetches_all(project: Project, variables: dict[str, str]) -> bool:
    updated = data(project, "update", **variables)
    assert updated.code == 0, updated.text
    return (project.root / "data/raw/mill/readings.csv").stat().st_size == BIG


def test_a_server_that_dies_in_the_middle_leaves_the_logs_that_were_there(
    project: Project, server: SftpServer
) -> None:
    update, variables = half_fetched(project, server)
    server.kill()
    text, _ = update.communicate(timeout=120)
    assert update.returncode == 1, text
    assert "nothing came from" in text
    assert "Traceback" not in text
    assert project.read("data/raw/mill/readings.csv") == SENSORS + ROW
    server.start()
    assert fetches_all(project, variables)


def test_an_update_that_was_killed_is_made_good_by_the_next_one(
    project: Project, server: SftpServer
) -> None:
    update, variables = half_fetched(project, server)
    update.kill()
    update.wait()
    assert fetches_all(project, variables)
