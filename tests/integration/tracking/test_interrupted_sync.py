"""No run is lost, doubled or half there, whenever the server or a sync is stopped."""

from __future__ import annotations

import itertools
import signal
from pathlib import Path
from random import Random

import pytest
from mlflow import MlflowClient

from faultcast.config.layout import Layout
from faultcast.tracking import journal, tags
from faultcast.tracking.record import pending
from faultcast.tracking.server import MlflowServer
from faultcast.tracking.sync import sync
from tests.integration.tracking.syncing import BEGAN, start_sync, write_record

ROUNDS = 20
PLANT = "interrupted"


def disturb(number: int, layout: Layout, server: MlflowServer, moment: float) -> None:
    """Stop something at a moment of a sync: the sync, the server for a while, or for good."""
    process = start_sync(layout, server.uri)
    process.join(moment)
    if number % 10 == 9:
        server.kill()
        process.join()
        server.start()
    elif number % 2:
        server.signal(signal.SIGSTOP)
        process.join()
        server.signal(signal.SIGCONT)
    else:
        process.kill()
        process.join()


@pytest.fixture
def layout(
    tracking_server: MlflowServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Layout:
    """A project whose runs go to the server."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking_server.uri)
    monkeypatch.delenv("FAULTCAST_RECORDS", raising=False)
    return Layout(tmp_path)


def test_no_run_is_lost_doubled_or_half_there(
    tracking_server: MlflowServer, layout: Layout, tmp_path: Path
) -> None:
    chance = Random(7)
    for number in range(ROUNDS):
        write_record(layout, PLANT, number)
        disturb(number, layout, tracking_server, chance.uniform(0.05, 0.8))
    list(sync(layout))
    client = MlflowClient(tracking_server.uri)
    experiment = client.get_experiment_by_name(f"faultcast/{PLANT}")
    list(sync(layout))  # what the server made late of requests thought lost is gone after this
    runs = client.search_runs([experiment.experiment_id], max_results=1000)

    assert pending(layout) == []
    assert sorted(int(run.data.params["number"]) for run in runs) == list(range(ROUNDS))
    for run in runs:
        number = int(run.data.params["number"])
        assert run.info.status == "FINISHED"
        assert run.info.start_time == (BEGAN.timestamp() + 60 * number) * 1000
        assert run.data.metrics == {f"metric{one}": number + one / 10 for one in range(10)}
        kept = client.download_artifacts(run.info.run_id, "model/model.onnx", str(tmp_path))
        assert Path(kept).read_text() == f"model {number}"
    assert [row.description for row in journal.read(layout)] == [
        f"Run {number}" for number in range(ROUNDS)
    ]
    assert len(journal.path_of(layout).read_text().splitlines()) == ROUNDS + 1


def test_a_sync_killed_after_any_of_its_requests_is_completed_by_the_next(
    tracking_server: MlflowServer, layout: Layout
) -> None:
    client = MlflowClient(tracking_server.uri)
    for number in itertools.count():
        write_record(layout, "killed", number)
        process = start_sync(layout, tracking_server.uri, last_request=number + 1)
        process.join()
        list(sync(layout))
        experiment = client.get_experiment_by_name("faultcast/killed")
        runs = client.search_runs([experiment.experiment_id], max_results=1000)
        assert sorted(int(run.data.params["number"]) for run in runs) == list(range(number + 1))
        assert {run.info.status for run in runs} == {"FINISHED"}
        assert all(len(run.data.metrics) == 10 for run in runs)
        if process.exitcode == 0:  # it had fewer requests
            break
    assert number > 5


def test_a_run_that_a_server_makes_late_from_a_lost_request_is_taken_back(
    tracking_server: MlflowServer, layout: Layout
) -> None:
    client = MlflowClient(tracking_server.uri)
    write_record(layout, "late", 0)
    (folder,) = pending(layout)
    (folder / "asked").touch()  # a process was killed while its request was under way
    list(sync(layout))
    experiment = client.get_experiment_by_name("faultcast/late").experiment_id
    (kept,) = client.search_runs([experiment])
    client.create_run(experiment, tags={tags.RECORD: kept.data.tags[tags.RECORD]})
    list(sync(layout))
    assert [run.info.run_id for run in client.search_runs([experiment])] == [kept.info.run_id]


def test_two_syncs_at_once_deliver_each_run_once(
    tracking_server: MlflowServer, layout: Layout
) -> None:
    for number in range(6):
        write_record(layout, "twice", number)
    processes = [start_sync(layout, tracking_server.uri) for _ in range(2)]
    for process in processes:
        process.join()
    client = MlflowClient(tracking_server.uri)
    experiment = client.get_experiment_by_name("faultcast/twice")
    runs = client.search_runs([experiment.experiment_id])
    assert [process.exitcode for process in processes] == [0, 0]
    assert sorted(run.data.params["number"] for run in runs) == list("012345")
