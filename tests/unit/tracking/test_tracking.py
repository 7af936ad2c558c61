"""Runs are kept on disk, delivered once, and never stop the work."""

import json
import shutil
import signal
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

import pytest
from mlflow import MlflowClient

from faultcast.config.layout import Layout
from faultcast.errors import TrackingError, UndeliverableError
from faultcast.settings import records_folder
from faultcast.tracking import sync as delivery
from faultcast.tracking.commit import current_commit
from faultcast.tracking.record import RECORD, pending, record_run
from faultcast.tracking.sync import sync

STARTED = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's tables, made once: that takes seconds."""
    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def layout(tmp_path: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("FAULTCAST_RECORDS", raising=False)
    shutil.copy(empty_store, tmp_path / "mlflow.db")
    (tmp_path / "models" / "mill").mkdir(parents=True)
    (tmp_path / "models" / "mill" / "model.onnx").write_bytes(b"model")
    report = tmp_path / "reports" / "mill" / "04_train"
    report.mkdir(parents=True)
    (report / "04_train.html").write_text("<p>Report</p>")
    return Layout(tmp_path)


def record(layout: Layout) -> None:
    record_run(
        layout,
        "mill",
        "04_train",
        STARTED,
        parameters={"algorithm": "hist_gradient_boosting", "seed": 0},
        metrics={"validation.average_precision": 0.75},
        folders={
            "model": layout.model("mill"),
            "report": layout.reports("mill") / "04_train" / "04_train.html",
        },
    )


def runs(layout: Layout) -> list:
    client = MlflowClient(f"sqlite:///{layout.root / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("faultcast/mill")
    return client.search_runs([experiment.experiment_id])


def test_a_run_arrives_whole_with_its_own_times(layout: Layout) -> None:
    record(layout)
    assert len(list(sync(layout))) == 1
    (run,) = runs(layout)
    assert run.data.params == {"algorithm": "hist_gradient_boosting", "seed": "0"}
    assert run.data.metrics == {"validation.average_precision": 0.75}
    assert run.info.start_time == STARTED.timestamp() * 1000
    assert run.info.end_time > run.info.start_time
    assert run.info.status == "FINISHED"
    artifacts = layout.root / "mlartifacts" / "mill" / run.info.run_id / "artifacts"
    assert (artifacts / "model" / "model.onnx").read_bytes() == b"model"
    assert (artifacts / "report" / "04_train.html").read_text() == "<p>Report</p>"
    assert pending(layout) == []


def test_a_delivery_cut_short_is_completed_and_not_doubled(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(layout)

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(MlflowClient, "log_artifacts", cut)
        with pytest.raises(KeyboardInterrupt):
            list(sync(layout))
    assert len(pending(layout)) == 1
    list(sync(layout))
    (run,) = runs(layout)
    assert run.info.status == "FINISHED"


def test_a_store_that_does_not_answer_loses_nothing(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    record(layout)
    with pytest.raises(TrackingError, match=r"(?s)refused.*1 run waits .* nothing is lost"):
        list(sync(layout))
    assert len(pending(layout)) == 1


def test_a_damaged_record_is_named_and_kept(layout: Layout) -> None:
    record(layout)
    (folder,) = pending(layout)
    (folder / RECORD).write_text("{")
    with pytest.raises(UndeliverableError, match=r"record\.json: the record cannot be read"):
        list(sync(layout))
    assert pending(layout) == [folder]


def test_a_damaged_record_and_a_refused_one_do_not_hold_up_the_others(layout: Layout) -> None:
    for _ in range(3):
        record(layout)
    damaged, refused, _ = pending(layout)
    (damaged / RECORD).write_text("{")
    path = refused / RECORD
    path.write_text(path.read_text().replace('"seed"', '"no such name: §"'))
    with pytest.raises(UndeliverableError, match="2 runs could not be delivered") as failure:
        list(sync(layout))
    assert str(damaged) in str(failure.value)
    assert str(refused) in str(failure.value)
    assert pending(layout) == [damaged, refused]
    assert sum(run.info.status == "FINISHED" for run in runs(layout)) == 1


def test_what_runs_write_themselves_does_not_make_a_checkout_dirty(layout: Layout) -> None:
    git = ["git", "-C", str(layout.root), "-c", "user.name=a", "-c", "user.email=a@b"]
    written = [layout.root / "dvc.lock", layout.root / "data" / "raw" / "mill.dvc"]
    for path in written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a")
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-f", "dvc.lock", "data", "models"], check=True)
    subprocess.run([*git, "commit", "-qm", "Lock"], check=True)
    for path in written:
        path.write_text("b")
    assert current_commit(layout.root).dirty is False
    assert current_commit(layout.root / "models").dirty is False


def test_a_disk_that_fills_up_while_files_are_kept_leaves_no_half_run(
    layout: Layout, capfd: pytest.CaptureFixture[str]
) -> None:
    (layout.model("mill") / "model.onnx").write_bytes(bytes(100_000))
    soft, hard = getrlimit(RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    setrlimit(RLIMIT_FSIZE, (50_000, hard))
    try:
        record(layout)
    finally:
        setrlimit(RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert "this run is not tracked" in capfd.readouterr().err
    assert list(records_folder(layout.root).iterdir()) == []
    assert (layout.model("mill") / "model.onnx").stat().st_size == 100_000


def test_a_full_disk_is_said_and_the_work_goes_on(
    layout: Layout, capfd: pytest.CaptureFixture[str]
) -> None:
    records = records_folder(layout.root)
    records.parent.mkdir()
    records.write_text("a file where the folder should be")
    record(layout)
    assert "this run is not tracked" in capfd.readouterr().err


def test_the_commit_and_uncommitted_changes_are_recorded(layout: Layout) -> None:
    assert current_commit(layout.root).sha == ""
    git = ["git", "-C", str(layout.root), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "models"], check=True)
    subprocess.run([*git, "commit", "-qm", "Model"], check=True)
    (layout.root / "models" / "mill" / "model.onnx").write_bytes(b"changed")
    record(layout)
    written = json.loads((pending(layout)[0] / RECORD).read_text())
    assert len(written["commit"]) == 40
    assert written["dirty"] is True


def test_nothing_pending_needs_no_store(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "connect", None)
    assert list(sync(layout)) == []
