"""Deliver the runs kept on disk to MLflow: each once, with its own times and files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Metric, Param
from mlflow.exceptions import MlflowException
from pydantic import ValidationError

from faultcast.config.layout import Layout
from faultcast.errors import TrackingError
from faultcast.settings import tracking_uri
from faultcast.tracking.record import FILES, RECORD, Record, pending

_RECORD_TAG = "faultcast.record"


def sync(layout: Layout) -> Iterator[Record]:
    """Deliver the pending runs, oldest first; a delivered run leaves the disk.

    A run whose delivery was cut short is found again by its tag and completed, never doubled.

    Yields:
        Each record once it is delivered.

    Raises:
        TrackingError: the store does not answer or a record cannot be read; what was not delivered
            stays on disk.
    """
    folders = pending(layout)
    if not folders:
        return
    uri = tracking_uri(layout.root)
    # Embedded store and server alike: fail within seconds, the runs are safe on disk.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    try:
        client = MlflowClient(uri)
        for folder in folders:
            record = _read(folder)
            _deliver(client, layout, folder, record)
            shutil.rmtree(folder)
            yield record
    except MlflowException as failure:
        raise TrackingError(uri, len(pending(layout)), str(failure)) from failure


def _read(folder: Path) -> Record:
    path = folder / RECORD
    try:
        return Record.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as fault:
        raise TrackingError(str(path), 1, f"the record cannot be read: {fault}") from None


def _deliver(client: MlflowClient, layout: Layout, folder: Path, record: Record) -> None:
    experiment = _experiment(client, layout, record.plant)
    run_id = _find_or_create(client, experiment, record)
    moment = _milliseconds(record.ended)
    client.log_batch(
        run_id,
        metrics=[Metric(name, value, moment, 0) for name, value in record.metrics.items()],
        params=[Param(name, value) for name, value in record.parameters.items()],
    )
    if (folder / FILES).is_dir():
        client.log_artifacts(run_id, str(folder / FILES))
    report = layout.root / record.report
    if report.is_file() and report.stat().st_mtime >= record.started.timestamp():
        client.log_artifact(run_id, str(report), "report")
    client.set_terminated(run_id, end_time=moment)


def _experiment(client: MlflowClient, layout: Layout, plant: str) -> str:
    name = f"faultcast/{plant}"
    found = client.get_experiment_by_name(name)
    if found:
        return str(found.experiment_id)
    # A server knows where its artifacts go; beside a plain SQLite file they stay in the checkout.
    embedded = tracking_uri(layout.root).startswith("sqlite:")
    location = (layout.root / "mlartifacts" / plant).as_uri() if embedded else None
    return str(client.create_experiment(name, artifact_location=location))


def _find_or_create(client: MlflowClient, experiment: str, record: Record) -> str:
    found = client.search_runs([experiment], f"tags.`{_RECORD_TAG}` = '{record.id}'")
    if found:
        return str(found[0].info.run_id)
    tags = {
        _RECORD_TAG: record.id,
        "mlflow.source.git.commit": record.commit,
        "faultcast.dirty": str(record.dirty).lower(),
        "faultcast.plant": record.plant,
        "faultcast.stage": record.stage,
    }
    run = client.create_run(
        experiment,
        start_time=_milliseconds(record.started),
        tags=tags,
        run_name=f"{record.plant} {record.stage}",
    )
    return str(run.info.run_id)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
