"""The journal `reports/experiments.csv`: one line a run, only ever appended to, for git.

Lines of two branches are put together by git's own `merge=union`; the order of lines means nothing,
and a line that came twice counts once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from faultcast.config.layout import Layout
from faultcast.files import replacing
from faultcast.tracking import tags as names
from faultcast.tracking.record import Record

_METRICS = {
    "train_rows": "train.rows",
    "validation_rows": "validation.rows",
    "test_rows": "test.rows",
    "validation_average_precision": "validation.machine.average_precision",
    "test_average_precision": "test.targets.machine.model.average_precision",
    "test_brier": "test.targets.machine.model.brier",
    "cross_validated_accuracy": "cross_validated.accuracy",
    "test_accuracy": "test.accuracy",
    "failures": "test.alarms.failures.count",
    "announced_in_time": "test.alarms.failures.in_time",
    "false_alarms_per_machine_month": "test.alarms.false_alarms.per_machine_month",
}


class Row(BaseModel):
    """A line of the journal; what a run does not have is empty."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    started: datetime
    record: str
    plant: str
    stage: str
    model: str = ""
    commit: str = ""
    dirty: bool = False
    seconds: float | None = None
    train_rows: int | None = None
    validation_rows: int | None = None
    test_rows: int | None = None
    validation_average_precision: float | None = None
    test_average_precision: float | None = None
    test_brier: float | None = None
    cross_validated_accuracy: float | None = None
    test_accuracy: float | None = None
    failures: int | None = None
    announced_in_time: int | None = None
    false_alarms_per_machine_month: float | None = None
    dataset: str = ""
    environment: str = ""
    bytes: str = ""
    made_by: str = ""
    description: str = ""

    def made(self, digest: str) -> bool:
        """Whether the run made these bytes, by their hash, and did not restore them."""
        return self.bytes == digest and not self.made_by

    def cells(self) -> dict[str, str]:
        """Return the text of each column."""
        return {name: _text(value) for name, value in self.model_dump().items()}


COLUMNS = tuple(Row.model_fields)
NUMBERS = tuple(_METRICS)


def path_of(layout: Layout) -> Path:
    """Return where the journal is."""
    return layout.root / "reports" / "experiments.csv"


def row_of(
    record: str,
    plant: str,
    stage: str,
    span: tuple[datetime, datetime | None],
    parameters: Mapping[str, str],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
) -> Row:
    """Return the line of a run, from what a record or a store has of it; `span` is its time."""
    started, ended = span
    known = {column: metrics.get(name) for column, name in _METRICS.items()}
    return Row.model_validate(
        known
        | {
            "started": started.replace(microsecond=started.microsecond // 1000 * 1000),
            "record": record,
            "plant": plant,
            "stage": stage,
            "model": tags.get(names.MODEL, ""),
            "commit": tags.get(names.COMMIT, ""),
            "dirty": tags.get(names.DIRTY) == "true",
            "seconds": round((ended - started).total_seconds(), 3) if ended else None,
            "dataset": parameters.get("dataset.md5", ""),
            "environment": tags.get(names.ENVIRONMENT, ""),
            "bytes": tags.get(names.BYTES, ""),
            "made_by": tags.get(names.MADE_BY, ""),
            "description": tags.get(names.DESCRIPTION, ""),
        }
    )


def read(layout: Layout) -> list[Row]:
    """Return the journal's lines, each run once, oldest first; a damaged line is passed over."""
    path = path_of(layout)
    if not path.is_file():
        return []
    rows: dict[str, Row] = {}
    for cells in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))):
        if (row := _row(cells)) is not None:
            rows.setdefault(row.record, row)
    return sorted(rows.values(), key=lambda row: (row.started, row.record))


def add(layout: Layout, record: Record) -> None:
    """Append a run's line, unless the journal has it; no other line changes by a byte.

    Raises:
        DiskError: it could not be written; the journal is as it was.
    """
    from faultcast.tracking.runs import tags_of

    path = path_of(layout)
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if any(row.record == record.id for row in read(layout)):
        return
    columns = next(csv.reader(io.StringIO(text)), None) or list(COLUMNS)
    span = (record.started, record.ended)
    row = row_of(
        record.id,
        record.plant,
        record.stage,
        span,
        record.parameters,
        record.metrics,
        tags_of(record),
    )
    lines = io.StringIO()
    writer = csv.DictWriter(lines, columns, extrasaction="ignore", lineterminator="\n")
    if not text:
        writer.writeheader()
    elif not text.endswith("\n"):
        lines.write("\n")
    writer.writerow(row.cells())
    with replacing(path) as draft:
        draft.write_text(text + lines.getvalue(), encoding="utf-8")


def _row(cells: Mapping[str | Any, str | Any]) -> Row | None:
    try:
        return Row.model_validate({name: value for name, value in cells.items() if name and value})
    except ValidationError:
        return None


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else " ".join(str(value).split())
