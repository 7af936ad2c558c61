"""A run as a folder on disk: `record.json` and the files that belong to it."""

from __future__ import annotations

import shutil
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from faultcast.config.frozen import Frozen
from faultcast.config.layout import Layout
from faultcast.errors import DiskError
from faultcast.files import replacing_folder
from faultcast.settings import records_folder
from faultcast.tracking.commit import current_commit

RECORD = "record.json"
FILES = "files"


class Record(Frozen):
    """What is known of a run; `report` is the page that its stage writes after the work."""

    id: str
    plant: str
    stage: str
    commit: str
    dirty: bool
    started: datetime
    ended: datetime
    parameters: dict[str, str]
    metrics: dict[str, float]
    report: str


def pending(layout: Layout) -> list[Path]:
    """Return the folders of runs that wait for delivery, oldest first."""
    return sorted(path.parent for path in records_folder(layout.root).glob(f"*/{RECORD}"))


def record_run(
    layout: Layout,
    plant: str,
    stage: str,
    started: datetime,
    parameters: Mapping[str, object],
    metrics: Mapping[str, float],
    folders: Mapping[str, Path],
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
        folders: folders of outputs to keep with the run, by the name they get there.
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
        report=str((layout.reports(plant) / stage / f"{stage}.html").relative_to(layout.root)),
    )
    target = records_folder(layout.root) / f"{record.ended:%Y%m%dT%H%M%S%f}-{record.id[:8]}"
    try:
        with replacing_folder(target) as draft:
            for name, folder in folders.items():
                shutil.copytree(folder, draft / FILES / name)
            (draft / RECORD).write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except (DiskError, shutil.Error) as failure:
        print(f"faultcast: this run is not tracked: {failure}", file=sys.__stderr__)
