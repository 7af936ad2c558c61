"""One run on its way to MLflow: created once, whatever was cut short, and finished when whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, TypeVar

from faultcast.config.layout import Layout
from faultcast.files import replacing
from faultcast.settings import records_folder
from faultcast.tracking import journal
from faultcast.tracking import tags as names
from faultcast.tracking.connection import search
from faultcast.tracking.origin import experiment_id
from faultcast.tracking.record import FILES, Record
from faultcast.tracking.runs import tags_of

if TYPE_CHECKING:
    from mlflow import MlflowClient

T = TypeVar("T")

_ASKED, _CREATED = "asked", "created"
_AT_ONCE = 100  # parameters or tags in a request of MLflow's
_LONGEST = 6000  # characters of a parameter
_SECONDS_OF_DOUBT = 7 * 24 * 3600.0


@dataclass(frozen=True)
class Delivery:
    """The way of runs to a store.

    A run is asked for under its record's id. Where it is not known whether the store heard that
    (this process or the store was ended meanwhile), the next try looks for it, and for a week every
    sync looks whether the store made a second one from the request that was thought lost.
    """

    client: MlflowClient
    layout: Layout

    def deliver(self, folder: Path, record: Record) -> Record:
        """Deliver a run, or the rest of one; return it with what the store knows about it."""
        experiment = experiment_id(self.client, self.layout, record.plant)
        record = self._with_maker(experiment, record)
        run = self._find_or_create(experiment, folder, record)
        self._log(run, record)
        if (folder / FILES).is_dir():
            self.client.log_artifacts(run, str(folder / FILES))
        self.client.set_terminated(run, end_time=_milliseconds(record.ended))
        return record

    def settle_doubts(self) -> None:
        """Delete what a store made, late, from a request whose answer never came."""
        for doubt in _doubts(self.layout):
            kept = json.loads(doubt.read_text(encoding="utf-8"))
            condition = f"tags.`{names.RECORD}` = '{doubt.stem}'"
            for run in search(self.client, [kept["experiment"]], condition):
                if run.info.run_id != kept["run"]:
                    self.client.delete_run(run.info.run_id)
            if time() - doubt.stat().st_mtime > _SECONDS_OF_DOUBT:
                doubt.unlink()

    def _with_maker(self, experiment: str, record: Record) -> Record:
        """Let a restored run point to the run that made its bytes: in the store or the journal."""
        digest = record.tags.get(names.BYTES)
        if names.RESTORED not in record.tags or not digest:
            return record
        found = search(self.client, [experiment], f"tags.`{names.BYTES}` = '{digest}'")
        makers = [
            run.data.tags[names.RECORD] for run in found if names.RESTORED not in run.data.tags
        ]
        makers += [row.record for row in journal.read(self.layout) if row.made(digest)]
        if not makers:
            return record
        return record.model_copy(update={"tags": record.tags | {names.MADE_BY: makers[0]}})

    def _find_or_create(self, experiment: str, folder: Path, record: Record) -> str:
        asked, created = folder / _ASKED, folder / _CREATED
        if created.exists():
            return created.read_text(encoding="utf-8")
        condition = f"tags.`{names.RECORD}` = '{record.id}'"
        found = [one.info.run_id for one in search(self.client, [experiment], condition)]
        doubtful = asked.exists()
        asked.touch()
        run = min(found) if found else self._create(experiment, record)
        if doubtful:
            self._doubt(record, experiment, run)
        with replacing(created) as draft:
            draft.write_text(run, encoding="utf-8")
        return run

    def _create(self, experiment: str, record: Record) -> str:
        run = self.client.create_run(
            experiment,
            start_time=_milliseconds(record.started),
            tags={names.RECORD: record.id},
            run_name=f"{record.plant} {record.stage}",
        )
        return str(run.info.run_id)

    def _doubt(self, record: Record, experiment: str, run: str) -> None:
        with replacing(_folder(self.layout) / f"{record.id}.json") as draft:
            content = json.dumps({"experiment": experiment, "run": run}, sort_keys=True)
            draft.write_text(f"{content}\n", encoding="utf-8")

    def _log(self, run: str, record: Record) -> None:
        from mlflow.entities import Metric, Param, RunTag

        moment = _milliseconds(record.ended)
        metrics = [Metric(name, value, moment, 0) for name, value in record.metrics.items()]
        parameters = [Param(name, value[:_LONGEST]) for name, value in record.parameters.items()]
        tags = [RunTag(name, value) for name, value in tags_of(record).items()]
        self.client.log_batch(run, metrics=metrics[:500], params=parameters[:_AT_ONCE], tags=tags)
        for more in _portions(metrics[500:], 500):
            self.client.log_batch(run, metrics=more)
        for others in _portions(parameters[_AT_ONCE:], _AT_ONCE):
            self.client.log_batch(run, params=others)


def has_doubts(layout: Layout) -> bool:
    """Whether a store may hold a run that it should not."""
    return bool(_doubts(layout))


def _doubts(layout: Layout) -> list[Path]:
    return sorted(_folder(layout).glob("*.json"))


def _folder(layout: Layout) -> Path:
    return records_folder(layout.root) / "doubts"


def _portions(items: Sequence[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while portion := list(islice(left, size)):
        yield portion


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
