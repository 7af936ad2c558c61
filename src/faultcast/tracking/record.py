"""A run as a folder on disk: `record.json` and the files that belong to it."""

from __future__ import annotations

import shutil
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from faultcast.config.layout import Layout
from faultcast.errors import DiskError, RecordError
from faultcast.files import replacing_folder
from faultcast.settings import experiment_label, records_folder
from faultcast.tracking.commit import current_commit
from faultcast.tracking.hashes import environment_hash
from faultcast.tracking.tags import EXPERIMENT

RECORD = "record.json"
FILES = "files"


class Record(BaseModel):
    """What is known of a run; a version of faultcast passes over what only others write."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")

    id: str
    plant: str
    stage: str
    commit: str
    dirty: bool
    started: datetime
    ended: datetime
    parameters: dict[str, str]
    metrics: dict[str, float]
    environment: str = ""
    description: str = ""
    tags: dict[str, str] = {}

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return (self.ended - self.started).total_seconds()

    @classmethod
    def read(cls, folder: Path) -> Record:
        """Read the record of a folder.

        Raises:
            RecordError: it is damaged.
        """
        path = folder / RECORD
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValueError) as fault:
            raise RecordError(path, str(fault).splitlines()[0]) from None


def pending(layout: Layout) -> list[Path]:
    """Return the folders of runs that wait for delivery, oldest first."""
    return pending_in(records_folder(layout.root))


def pending_in(records: Path) -> list[Path]:
    """Return the folders of runs in a folder of records, oldest first."""
    return sorted(path.parent for path in records.glob(f"*/{RECORD}"))


def record_run(
    layout: Layout,
    plant: str,
    stage: str,
    started: datetime,
    parameters: Mapping[str, object],
    metrics: Mapping[str, float],
    folders: Mapping[str, Path],
    *,
    tags: Mapping[str, str] | None = None,
    description: str = "",
) -> None:
    """Keep a run on disk, for `faultcast sync` to deliver.

    Tracking never stops an experiment: where the disk refuses the record, a warning goes to the
    process's own error stream (never into a notebook's output, which must not change from run to
    run) and the work goes on.

    Args:
        layout: the project.
        plant: the plant.
        stage: the stage's notebook, such as `04_train`.
        started: when the work began, with a time zone.
        parameters: what shaped the run.
        metrics: what came out, by name.
        folders: files and folders of outputs to keep with the run, by the folder they get there.
        tags: what the run is found by, by the names of `faultcast.tracking.tags`.
        description: a sentence for people.
    """
    commit = current_commit(layout.root)
    record = Record(
        id=uuid.uuid4().hex,
        plant=plant,
        stage=stage,
        commit=commit.sha,
        dirty=commit.dirty,
        started=started,
        ended=datetime.now(UTC),
        parameters={name: str(value) for name, value in parameters.items()},
        metrics=dict(metrics),
        environment=environment_hash(layout.root),
        description=description,
        tags={**(tags or {}), **_trial()},
    )
    keep(records_folder(layout.root), record, folders)


def _trial() -> dict[str, str]:
    """Return the tag of a run that is a trial of an experiment set."""
    label = experiment_label()
    return {EXPERIMENT: label} if label else {}


def keep(records: Path, record: Record, folders: Mapping[str, Path]) -> None:
    """Write a record and its files to a folder of records, or warn that there is no room."""
    target = records / f"{record.ended:%Y%m%dT%H%M%S%f}-{record.id[:8]}"
    try:
        with replacing_folder(target) as draft:
            for name, source in folders.items():
                _copy(source, draft / FILES / name)
            (draft / RECORD).write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except (DiskError, shutil.Error) as failure:
        print(
            f"faultcast: this run is not tracked, its outputs are as they should be: {failure}",
            file=sys.__stderr__,
        )


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target / source.name)
