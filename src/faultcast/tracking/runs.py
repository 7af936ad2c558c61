"""Find runs: those delivered to MLflow and those that wait on disk, by what is known of them.

- `find_runs(layout, tags={tags.MODEL_SHA256: "..."})`: runs with these tags, oldest first; also
  `plant=` and `stage=`. The names of tags are in `faultcast.tracking.tags`.
- `find_run(layout, id)`: one run, by MLflow's id, its record's id, or the beginning of either.
- `maker_of_model(layout, sha256)`: the oldest run that trained (and did not restore) a model.
- `Run.made_by`: where it is set, the record id of the run that made the bytes: `find_run` takes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from faultcast.config.layout import Layout
from faultcast.errors import RecordError, UnknownRunError
from faultcast.tracking import tags as names
from faultcast.tracking.connection import connect, experiments, search
from faultcast.tracking.record import Record, pending

if TYPE_CHECKING:
    from mlflow.entities import Run as MlflowRun


@dataclass(frozen=True)
class Run:
    """A tracked run.

    `id` is MLflow's, empty while the run waits on disk; `record` is the run's own. Parameters are
    text as in MLflow; `tags` are by the names of `faultcast.tracking.tags`.
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

    @property
    def delivered(self) -> bool:
        """Whether the store has all of it."""
        return bool(self.id)

    @property
    def restored(self) -> bool:
        """Whether its outputs came from DVC's cache."""
        return self.tags.get(names.RESTORED) == "true"

    @property
    def made_by(self) -> str:
        """The record of the run that made its bytes; empty where it made them itself."""
        return self.tags.get(names.MADE_BY, "")

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        return (self.ended - self.started).total_seconds() if self.ended else None


def find_runs(
    layout: Layout,
    *,
    plant: str = "",
    stage: str = "",
    tags: Mapping[str, str] | None = None,
) -> list[Run]:
    """Return the runs that have all of these, oldest first.

    Raises:
        StoreAddressError, StoreError: the store does not answer.
    """
    wanted = {**(tags or {})} | ({names.STAGE: stage} if stage else {})
    found = {run.record: run for run in waiting_runs(layout) if _matches(run, plant, wanted)}
    found |= {run.record: run for run in _delivered(layout, plant, wanted)}
    return sorted(found.values(), key=lambda run: (run.started, run.record))


def find_run(layout: Layout, identity: str) -> Run:
    """Return the run of an id: MLflow's or the record's, whole or its first characters.

    Raises:
        UnknownRunError: no run or several begin like that.
        StoreAddressError, StoreError: the store does not answer.
    """
    return the_one(find_runs(layout), identity)


def the_one(runs: Sequence[Run], identity: str) -> Run:
    """Return the run among others that an id, or its beginning, means.

    Raises:
        UnknownRunError: no run or several begin like that.
    """
    found = [
        run
        for run in runs
        if identity and (run.id.startswith(identity) or run.record.startswith(identity))
    ]
    if len(found) != 1:
        raise UnknownRunError(identity, [run.id or run.record for run in found])
    return found[0]


def maker_of_model(layout: Layout, sha256: str) -> Run | None:
    """Return the oldest run that trained a model, by the hash of its `model.onnx`.

    Raises:
        StoreAddressError, StoreError: the store does not answer.
    """
    trained = find_runs(layout, tags={names.MODEL_SHA256: sha256})
    makers = [run for run in trained if not run.restored]
    return makers[0] if makers else None


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


def _matches(run: Run, plant: str, wanted: Mapping[str, str]) -> bool:
    return plant in ("", run.plant) and wanted.items() <= run.tags.items()


def _delivered(layout: Layout, plant: str, wanted: Mapping[str, str]) -> Iterator[Run]:
    client = connect(layout.root)
    conditions = [f"tags.`{name}` = '{value}'" for name, value in wanted.items()]
    # One that is still being delivered is not whole yet.
    where = " and ".join(["attributes.status = 'FINISHED'", *conditions])
    for run in search(client, experiments(client, plant), where):
        if names.RECORD in run.data.tags:
            yield _of(run)


def _of(run: MlflowRun) -> Run:
    tags = run.data.tags
    return Run(
        id=run.info.run_id,
        record=tags[names.RECORD],
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
