"""Deliver the runs kept on disk to MLflow: each once, whole, with its own times and files."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

from faultcast.config.layout import Layout
from faultcast.errors import (
    FaultcastError,
    RecordError,
    StoreAddressError,
    StoreError,
    SyncBusyError,
    TrackingError,
    UndeliverableError,
)
from faultcast.settings import records_folder, tracking_uri
from faultcast.tracking import journal
from faultcast.tracking.connection import check, connect
from faultcast.tracking.delivery import Delivery, has_doubts
from faultcast.tracking.record import Record, pending

if TYPE_CHECKING:
    from mlflow import MlflowClient

# What a store answers to a request that it will never accept.
_REFUSALS = {"INVALID_PARAMETER_VALUE", "BAD_REQUEST", "INVALID_STATE"}


def sync(layout: Layout, *, wait: bool = True) -> Iterator[Record]:
    """Deliver the pending runs, oldest first; a delivered run leaves the disk.

    Each is also written down in the journal `reports/experiments.csv`. A run that cannot be
    delivered does not hold up the others.

    Args:
        layout: the project.
        wait: for another sync of this checkout that is at work.

    Yields:
        Each record once it is delivered.

    Raises:
        SyncBusyError: another one is at work, and it is not to be waited for.
        StoreAddressError: MLFLOW_TRACKING_URI is no address of a store.
        TrackingError: the store does not answer, or no longer; what was not delivered stays.
        UndeliverableError: all others are delivered, these cannot be.
    """
    if not pending(layout) and not has_doubts(layout):
        return
    faults = []
    with _alone(layout, wait=wait), _answering(layout) as client:
        for folder in pending(layout):  # another sync may have delivered some meanwhile
            try:
                yield _deliver(client, layout, folder)
            except (RecordError, UndeliverableError) as fault:
                faults.append(str(fault))
        Delivery(client, layout).settle_doubts()
    if faults:
        raise UndeliverableError(faults)


@dataclass
class BoundedSync:
    """A sync that nobody waits for longer than some seconds (None: as long as it takes).

    What is under way when time is over stays so: the process must then end by `os._exit`, which
    does not wait for MLflow's threads. A later sync completes the run.
    """

    layout: Layout
    seconds: float | None
    delivered: int = field(default=0, init=False)
    fault: FaultcastError | None = field(default=None, init=False)
    ended: bool = field(default=False, init=False)

    @property
    def reached(self) -> bool:
        """Whether the store answered, and in time."""
        return self.ended and not isinstance(self.fault, TrackingError | StoreAddressError)

    def run(self) -> None:
        """Deliver what can be delivered in time; MLflow's import does not count as waiting."""
        began = monotonic()
        try:
            _check(self.layout)
        except FaultcastError as fault:
            self.fault, self.ended = fault, True
            return
        waited = monotonic() - began
        import_module("mlflow")
        thread = Thread(target=self._deliver, daemon=True)
        thread.start()
        thread.join(None if self.seconds is None else self.seconds - waited)
        self.ended = not thread.is_alive()

    def _deliver(self) -> None:
        try:
            for _ in sync(self.layout, wait=False):
                self.delivered += 1
        except FaultcastError as fault:
            self.fault = fault


def _deliver(client: MlflowClient, layout: Layout, folder: Path) -> Record:
    from mlflow.exceptions import MlflowException

    record = Record.read(folder)
    try:
        record = Delivery(client, layout).deliver(folder, record)
    except MlflowException as refusal:
        if refusal.error_code in _REFUSALS:
            raise UndeliverableError([f"{folder}: {refusal}"]) from refusal
        raise
    except OSError as refusal:  # of an artifact, from the library `requests`
        answer = getattr(refusal, "response", None)
        if answer is not None and 400 <= answer.status_code < 500:
            raise UndeliverableError([f"{folder}: {refusal}"]) from refusal
        raise
    journal.add(layout, record)
    shutil.rmtree(folder)
    return record


@contextmanager
def _alone(layout: Layout, *, wait: bool) -> Iterator[None]:
    with (records_folder(layout.root) / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise SyncBusyError from None
        yield


@contextmanager
def _answering(layout: Layout) -> Iterator[MlflowClient]:
    """Yield a client; what becomes of a store that does not answer, or no longer, is one error."""
    _check(layout)
    from mlflow.exceptions import MlflowException

    try:
        yield connect(layout.root)
    except (MlflowException, OSError) as failure:
        reason = f"{tracking_uri(layout.root)}: {str(failure).splitlines()[0]}"
        raise TrackingError(len(pending(layout)), reason) from failure


def _check(layout: Layout) -> None:
    try:
        check(layout.root)
    except StoreError as fault:
        raise TrackingError(len(pending(layout)), str(fault)) from fault
