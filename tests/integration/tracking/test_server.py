"""The team's server: MLflow on a PostgreSQL of its own, started and stopped by one command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from mlflow import MlflowClient

from faultcast.errors import ServerBusyError
from faultcast.tracking.postgres import free_port
from faultcast.tracking.server import MlflowServer
from faultcast.tracking.server import tracking_server as run_server

COMMAND = (str(Path(sys.executable).with_name("faultcast")), "tracking-server")


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_what_a_run_holds_is_in_postgresql_and_its_artifacts_in_the_folder(
    tracking_server: MlflowServer, tmp_path: Path
) -> None:
    client = MlflowClient(tracking_server.uri)
    experiment = client.create_experiment("server test")
    run = client.create_run(experiment)
    (tmp_path / "note.txt").write_text("kept")
    client.log_artifact(run.info.run_id, str(tmp_path / "note.txt"))
    folder = tracking_server.log.parent
    (kept,) = (folder / "artifacts").rglob("note.txt")
    assert kept.read_text() == "kept"
    port = (folder / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[3]
    secret = folder / "postgres" / "password"
    assert oct(secret.stat().st_mode)[-3:] == "600"
    database = f"postgresql://mlflow:{secret.read_text().strip()}@127.0.0.1:{port}/postgres"
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT run_uuid FROM runs WHERE run_uuid = %s", [run.info.run_id]
        )
        assert found.fetchall() == [(run.info.run_id,)]


def test_a_second_server_on_the_same_folder_is_refused(tracking_server: MlflowServer) -> None:
    folder = tracking_server.log.parent
    with pytest.raises(ServerBusyError, match="runs on this folder already"), run_server(folder):
        pass


def test_the_command_ends_with_its_database(folder: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [*COMMAND, "--folder", str(folder), "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")},
    )
    assert process.stdout
    with process:
        while "Ready" not in (line := process.stdout.readline()):
            assert line
        assert (folder / "postgres" / "data" / "postmaster.pid").exists()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert not (folder / "postgres" / "data" / "postmaster.pid").exists()
