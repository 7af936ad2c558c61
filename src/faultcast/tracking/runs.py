"""Runs: those delivered to MLflow and those that wait on disk, found by what is known of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from faultcast.config.layout import Layout
from faultcast.errors import RecordError, UnknownRunError
from faultcast.tracking import tags as names
from faultcast.tracking.connection import experiments, search
from faultcast.tracking.record import Record, pending
from faultcast.tracking.store import MISSING, Store

if TYPE_CHECKING:
    from mlflow.entities import Run as MlflowRun


@dataclass(frozen=True)
class Run:
    """A tracked run.

    `id` is MLflow's, empty while the run waits on disk; `record` is the run's own, empty where it
    was made in the store, as the gate's runs are. `plant` may be a case. Parameters are text as in
    MLflow; `tags` are by the names of `faultcast.tracking.tags`.
    """

    id: str
    record: str
    plant: str
    stage: str
    started: datetime
    ended: datetime | None
    commit: str
    dirty: bool
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]


def find_runs(
    layout: Layout,
    *,
    tags: Mapping[str, str] = MappingProxyType({}),
    parameters: Mapping[str, str] = MappingProxyType({}),
) -> list[Run]:
    """Return the recorded runs that have all of these, oldest first.

    Raises:
        StoreAddressError, StoreError, RegistryError: the store does not answer.
    """
    waiting = [
        run
        for run in waiting_runs(layout)
        if tags.items() <= run.tags.items() and parameters.items() <= run.parameters.items()
    ]
    found = {run.record: run for run in (*waiting, *_delivered(layout, tags, parameters))}
    return sorted(found.values(), key=lambda run: (run.started, run.record))


def get_run(layout: Layout, run_id: str) -> Run | None:
    """Return the run with MLflow's id, whatever made it; None where the store has none.

    Raises:
        StoreAddressError, StoreError, RegistryError: the store does not answer.
    """
    store = Store(layout.root)
    with store.asked() as client, store.unless(MISSING, "INVALID_PARAMETER_VALUE"):
        return _of(client.get_run(run_id))
    return None


def the_one(runs: Sequence[Run], identity: str) -> Run:
    """Return the run among others that an id, MLflow's or the record's, or its beginning means.

    Raises:
        UnknownRunError: no run or several begin like that.
    """
    found = begun_with(runs, identity)
    if len(found) != 1:
        raise UnknownRunError(identity, [run.id or run.record for run in found])
    return found[0]


def begun_with(runs: Sequence[Run], identity: str) -> list[Run]:
    """Return the runs whose id, MLflow's or the record's, begins with some characters."""
    return [
        run
        for run in runs
        if identity and (run.id.startswith(identity) or run.record.startswith(identity))
    ]


def waiting_runs(layout: Layout) -> list[Run]:
    """Return the runs that wait on disk, oldest first; damaged records are passed over."""
    return list(_waiting(layout))


def tags_of(record: Record) -> dict[str, str]:
    """Return all tags of a record's run; those without a value are left out."""
    tags = {
        names.RECORD: record.id,
        names.PLANT: record.plant,
        names.STAGE: record.stage,
        names.COMMIT: record.commit,
        names.DIRTY: str(record.dirty).lower(),
        names.ENVIRONMENT: record.environment,
        names.DESCRIPTION: record.description,
        **record.tags,
    }
    return {name: value for name, value in tags.items() if value}


def _waiting(layout: Layout) -> Iterator[Run]:
    for folder in pending(layout):
        try:
            record = Record.read(folder)
        except RecordError:  # `faultcast sync` tells
            continue
        yield Run(
            id="",
            record=record.id,
            plant=record.plant,
            stage=record.stage,
            started=record.started,
            ended=record.ended,
            commit=record.commit,
            dirty=record.dirty,
            parameters=record.parameters,
            metrics=record.metrics,
            tags=tags_of(record),
        )


def _delivered(
    layout: Layout, tags: Mapping[str, str], parameters: Mapping[str, str]
) -> Iterator[Run]:
    conditions = [f"tags.`{name}` = '{value}'" for name, value in tags.items()]
    conditions += [f"params.`{name}` = '{value}'" for name, value in parameters.items()]
    # One that is still being delivered is not whole yet.
    where = " and ".join(["attributes.status = 'FINISHED'", *conditions])
    with Store(layout.root).asked() as client:
        for run in search(client, experiments(client), where):
            if names.RECORD in run.data.tags:
                yield _of(run)


def _of(run: MlflowRun) -> Run:
    tags = run.data.tags
    return Run(
        id=run.info.run_id,
        record=tags.get(names.RECORD, ""),
        plant=tags.get(names.PLANT, ""),
        stage=tags.get(names.STAGE, ""),
        started=_moment(run.info.start_time),
        ended=_moment(run.info.end_time) if run.info.end_time else None,
        commit=tags.get(names.COMMIT, ""),
        dirty=tags.get(names.DIRTY) == "true",
        parameters=run.data.params,
        metrics=run.data.metrics,
        tags=tags,
    )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
