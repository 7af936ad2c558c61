"""Records and a process that delivers them, for tests that end it or the server meanwhile."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from requests import Session

from faultcast.config.layout import Layout
from faultcast.errors import TrackingError
from faultcast.tracking.record import record_run
from faultcast.tracking.sync import sync

BEGAN = datetime(2026, 11, 22, 8, tzinfo=UTC)
# A process from it has MLflow imported already.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["mlflow", "faultcast.tracking.sync"])


def write_record(layout: Layout, plant: str, number: int) -> None:
    """Keep a run whose every part shows its number."""
    model = layout.root / f"model{number}"
    model.mkdir(exist_ok=True)
    (model / "model.onnx").write_text(f"model {number}")
    record_run(
        layout,
        plant,
        "04_train",
        BEGAN + timedelta(minutes=number),
        {"number": number},
        {f"metric{one}": number + one / 10 for one in range(10)},
        {"model": model},
        description=f"Run {number}",
    )


def start_sync(layout: Layout, uri: str, last_request: int | None = None) -> BaseProcess:
    """Start to deliver in a process; one that meets no server ends well.

    Args:
        layout: the project.
        uri: the server's address.
        last_request: after so many requests, each answered, the process kills itself.
    """
    process = _PROCESSES.Process(target=_sync, args=(layout.root, uri, last_request))
    process.start()
    return process


def _sync(root: Path, uri: str, last_request: int | None) -> None:
    os.environ |= {"MLFLOW_TRACKING_URI": uri, "MLFLOW_HTTP_REQUEST_TIMEOUT": "1"}
    if last_request is not None:
        _die_after(last_request)
    with suppress(TrackingError):
        list(sync(Layout(root)))


def _die_after(requests: int) -> None:
    send, left = Session.send, itertools.count(requests - 1, -1)

    def send_one(*args: Any, **options: Any) -> Any:
        answer = send(*args, **options)
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    Session.send = send_one  # type: ignore[method-assign]  # in a process of its own
