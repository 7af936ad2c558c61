"""All raw files of a plant as records, with everything that cannot be read noted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from faultcast.config.plant import ComponentEvents, Plant
from faultcast.data.findings import Findings
from faultcast.data.readers import SourceFile, find_files, read_table
from faultcast.data.records import Records
from faultcast.errors import UnreadableFileError, Violation

TELEMETRY, MACHINES = "telemetry", "machines"
FAILURE, MAINTENANCE, ERROR = "failure", "maintenance", "error"


@dataclass(frozen=True)
class Source:
    """One kind of records: where its files are, and their column for each canonical column.

    `section` is its key in the plant's configuration.
    """

    kind: str
    section: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Delivered:
    """A raw file that was read: what it holds and how many records."""

    kind: str
    file: str
    rows: int


@dataclass
class Delivery:
    """Records by kind, in the order of delivery; a kind whose files cannot be read is missing."""

    records: dict[str, pl.DataFrame] = field(default_factory=dict)
    files: list[Delivered] = field(default_factory=list)


def sources_of(plant: Plant) -> Iterator[Source]:
    """Name what a plant delivers: telemetry and failures first."""
    readings = plant.telemetry
    sensors = {name: sensor.column or name for name, sensor in readings.sensors.items()}
    headers = {"machine": readings.machine, "time": readings.time, **sensors}
    yield Source(TELEMETRY, "telemetry", readings.path, headers)
    yield _component_source(FAILURE, "failures", plant.failures)
    if plant.maintenance:
        yield _component_source(MAINTENANCE, "maintenance", plant.maintenance)
    if plant.errors:
        errors = plant.errors
        headers = {"machine": errors.machine, "time": errors.time, "code": errors.code}
        yield Source(ERROR, "errors", errors.path, headers)
    if plant.machines:
        machines = plant.machines
        described = {"machine": machines.machine, "model": machines.model, "age": machines.age}
        headers = {name: header for name, header in described.items() if header}
        yield Source(MACHINES, "machines", machines.path, headers)


def _component_source(kind: str, section: str, events: ComponentEvents) -> Source:
    headers = {"machine": events.machine, "time": events.time, "code": events.component}
    return Source(kind, section, events.path, headers)


def read_sources(plant: Plant, folder: Path, root: Path, findings: Findings) -> Delivery:
    """Read every file of a plant below `folder`; names in messages are relative to `root`."""
    delivery = Delivery()
    for source in sources_of(plant):
        try:
            files = find_files(folder, source.path, root)
        except UnreadableFileError as unreadable:
            findings.violations += unreadable.violations
            continue
        known = len(findings.violations)
        parts = [_read(plant, source, file, findings) for file in files]
        read = [(file, part) for file, part in zip(files, parts, strict=True) if part is not None]
        delivery.files += [Delivered(source.kind, str(f.name), part.height) for f, part in read]
        if any(part.height for _, part in read):
            delivery.records[source.kind] = pl.concat(part for _, part in read)
        elif len(findings.violations) == known:
            findings.violations.append(_no_rows(source, files[0]))
    return delivery


def _read(
    plant: Plant, source: Source, file: SourceFile, findings: Findings
) -> pl.DataFrame | None:
    try:
        table = read_table(file, tuple(source.headers.values()))
    except UnreadableFileError as unreadable:
        findings.violations += unreadable.violations
        return None
    records = Records(plant, file, table, findings)
    if source.kind == TELEMETRY:
        return records.telemetry(source.headers)
    if source.kind == MACHINES:
        return records.machines(source.headers)
    return records.events(source.kind, source.headers)


def _no_rows(source: Source, file: SourceFile) -> Violation:
    remedy = "Deliver it with its rows"
    if source.kind not in (TELEMETRY, FAILURE):
        remedy += f", or leave {source.section} out of the plant's configuration"
    return file.violation("has a header and no rows", remedy)
