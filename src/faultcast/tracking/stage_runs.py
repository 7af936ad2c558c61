"""Runs of notebook stages: completed when their outputs are in place, or restored from a cache."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from faultcast.config.layout import Layout
from faultcast.scoring.manifest import MODEL_FILE
from faultcast.settings import records_folder
from faultcast.tracking import tags
from faultcast.tracking.commit import Commit, current_commit
from faultcast.tracking.hashes import environment_hash, outputs_hash, sha256_of
from faultcast.tracking.record import FILES, Record, keep, pending_in


@dataclass(frozen=True)
class Stage:
    """A notebook with its values and what it writes, all below the project's root."""

    layout: Layout
    notebook: Path
    parameters: Mapping[str, object]
    outputs: tuple[Path, ...]

    @property
    def plant(self) -> str:
        """The plant or case that it runs for; empty where it has none: it is not tracked."""
        return str(self.parameters.get("plant") or self.parameters.get("case") or "")

    @property
    def name(self) -> str:
        """Its name: the notebook's."""
        return self.notebook.stem

    @property
    def values(self) -> dict[str, str]:
        """Its parameters as a run's."""
        return {f"notebook.{name}": str(value) for name, value in self.parameters.items()}

    @property
    def tags(self) -> dict[str, str]:
        """What is known of it and its bytes."""
        root = self.layout.root
        return {
            tags.NOTEBOOK: self.notebook.relative_to(root).as_posix(),
            tags.NOTEBOOK_PARAMETERS: json.dumps(dict(self.parameters), default=str),
            tags.OUTPUTS: " ".join(path.relative_to(root).as_posix() for path in self.outputs),
            tags.BYTES: outputs_hash(root, self.outputs),
        }


def complete(
    stage: Stage,
    drafts: Path,
    began: tuple[datetime, Commit],
    metrics: Mapping[str, float],
    report: Path,
) -> None:
    """Keep what a notebook recorded, now that its outputs are in place, with all about its stage.

    A notebook that recorded nothing leaves a run with its times.

    Args:
        stage: what ran.
        drafts: folder of the records that the notebook left.
        began: when, and at which commit.
        metrics: what the runner measured.
        report: the page, to be kept with the run.
    """
    if not stage.plant:
        return
    started, commit = began
    known = {
        "commit": commit.sha,
        "dirty": commit.dirty,
        "started": started,
        "ended": datetime.now(UTC),
    }
    found = [(Record.read(folder), folder / FILES) for folder in pending_in(drafts)]
    for record, files in found or [(_bare(stage, started), drafts / "none")]:
        completed = record.model_copy(
            update=known
            | {
                "parameters": record.parameters | stage.values,
                "metrics": record.metrics | dict(metrics),
                "tags": record.tags | stage.tags,
            }
        )
        folders = {path.name: path for path in files.iterdir()} if files.is_dir() else {}
        keep(records_folder(stage.layout.root), completed, folders | {"report": report})


def record_restored(stage: Stage) -> None:
    """Keep a small run for a stage whose outputs came from DVC's cache; sync finds their maker."""
    if not stage.plant:
        return
    commit = current_commit(stage.layout.root)
    record = _bare(stage, datetime.now(UTC)).model_copy(
        update={
            "commit": commit.sha,
            "dirty": commit.dirty,
            "parameters": stage.values,
            "description": "Restored from DVC's cache",
            "tags": stage.tags | {tags.RESTORED: "true"} | _model(stage.outputs),
        }
    )
    keep(records_folder(stage.layout.root), record, {})


def warn(failure: Exception) -> None:
    """Say that a run is not tracked; the work goes on."""
    print(f"faultcast: this run is not tracked: {failure}", file=sys.__stderr__)


def _bare(stage: Stage, started: datetime) -> Record:
    return Record(
        id=uuid.uuid4().hex,
        plant=stage.plant,
        stage=stage.name,
        commit="",
        dirty=False,
        started=started,
        ended=datetime.now(UTC),
        parameters={},
        metrics={},
        environment=environment_hash(stage.layout.root),
        description=f"Notebook {stage.name}",
    )


def _model(outputs: Iterable[Path]) -> dict[str, str]:
    found = [path for output in outputs if (path := output / MODEL_FILE).is_file()]
    return {tags.MODEL_SHA256: sha256_of(found[0])} if found else {}
