"""Read recent readings and events from a request: canonical or the plant's own column names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

import polars as pl

from faultcast.scoring.logs import Table
from faultcast.scoring.manifest import Manifest
from faultcast.scoring.plant_forecast import CLOCK, Records
from faultcast.serving.problems import Fault, ProblemError, unprocessable

_KINDS = ("error", "maintenance", "failure")
_OWN_EVENTS = {
    Table.ERRORS: "error",
    Table.MAINTENANCE: "maintenance",
    Table.FAILURES: "failure",
}
_TEXT, _NUMBER = pl.String(), pl.Float64()
_EVENT = {"machine": _TEXT, "time": CLOCK, "kind": _TEXT, "code": _TEXT}
_MACHINE = {"machine": _TEXT, "model": _TEXT, "installed": CLOCK}
KEYS = ("readings", "events", "errors", "maintenance", "failures", "machines", "at")
_FAULTS_SHOWN = 20
Row = dict[str, object]


@dataclass(frozen=True)
class Recent:
    """What a request tells: records, the forecast's time, unknown sensors by machine."""

    records: Records
    at: datetime
    unknown_sensors: dict[str, list[str]]


@dataclass
class _Reader:
    """Reads values and gathers what is wrong with them."""

    zone: ZoneInfo
    faults: list[Fault] = field(default_factory=list)
    times: dict[str, datetime | None] = field(default_factory=dict)

    def fault(self, pointer: str, detail: str) -> None:
        self.faults.append(Fault(pointer, detail))
        if len(self.faults) >= _FAULTS_SHOWN:
            raise unprocessable(self.faults)

    def time(self, value: object, pointer: str) -> datetime | None:
        if not isinstance(value, str):
            self.fault(pointer, "expected a time in ISO 8601, such as 2026-01-31T06:00:00Z")
            return None
        if value not in self.times:
            self.times[value] = self._parse(value)
        if self.times[value] is None:
            self.fault(pointer, f"{value[:40]!r} is not a time in ISO 8601")
        return self.times[value]

    def _parse(self, text: str) -> datetime | None:
        try:
            read = datetime.fromisoformat(text)
            return (read if read.tzinfo else read.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def text(self, value: object, pointer: str) -> str | None:
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        self.fault(pointer, "expected a name")
        return None

    def number(self, value: object, pointer: str) -> float | None:
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        self.fault(pointer, "expected a number, or null where the reading is missing")
        return None


def read_recent(body: object, manifest: Manifest, now: datetime, most_rows: int) -> Recent:
    """Read the body of a request for forecasts.

    Args:
        body: the parsed JSON.
        manifest: the plant's model.
        now: the forecast's time where the body names none, UTC.
        most_rows: how many rows the tables may hold together.

    Raises:
        ProblemError: 422, with every place at fault.
    """
    tables = _tables(body, most_rows)
    assert isinstance(body, dict)
    reader = _Reader(ZoneInfo(manifest.logs.time_zone))
    at = reader.time(body["at"], "/at") if body.get("at") is not None else now
    columns = manifest.logs.columns
    sensors = manifest.features.sensors
    readings, unknown = _readings(
        reader, _renamed(tables.get("readings", []), columns[Table.READINGS]), list(sensors)
    )
    events = _events(reader, tables, columns)
    machines = _machines(reader, tables.get("machines", []), manifest, readings, events)
    if reader.faults:
        raise unprocessable(reader.faults)
    assert at is not None
    return Recent(Records(readings, events, machines), at, unknown)


def _tables(body: object, most_rows: int) -> dict[str, list[Row]]:
    if not isinstance(body, dict):
        raise unprocessable([Fault("", f"expected an object with {', '.join(KEYS)}")])
    if unknown := [key for key in body if key not in KEYS]:
        raise unprocessable(
            [Fault(_pointer(key), f"unknown; the keys are {', '.join(KEYS)}") for key in unknown]
        )
    if "readings" not in body:
        raise unprocessable([Fault("/readings", "missing")])
    tables = {key: rows for key, rows in body.items() if key != "at" and rows is not None}
    for key, rows in tables.items():
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise unprocessable([Fault(_pointer(key), "expected a list of objects")])
    if (count := sum(map(len, tables.values()))) > most_rows:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"the tables hold {count:,} rows, at most {most_rows:,} are taken: send fewer machines "
            "at a time, and no readings from before the model's longest window",
        )
    return tables


def _renamed(rows: Iterable[Row], own: Mapping[str, str]) -> list[Row]:
    """Give canonical names to the plant's own columns."""
    if all(column == name for column, name in own.items()):
        return list(rows)
    return [{own.get(column, column): value for column, value in row.items()} for row in rows]


def _readings(
    reader: _Reader, rows: list[Row], sensors: list[str]
) -> tuple[pl.DataFrame, dict[str, list[str]]]:
    known = {"machine", "time", *sensors}
    unknown: dict[str, set[str]] = {}
    columns: dict[str, list[object]] = {name: [] for name in ("machine", "time", *sensors)}
    for index, row in enumerate(rows):
        pointer = f"/readings/{index}"
        machine = reader.text(row.get("machine"), f"{pointer}/machine")
        columns["machine"].append(machine)
        columns["time"].append(reader.time(row.get("time"), f"{pointer}/time"))
        for name in sensors:
            columns[name].append(reader.number(row.get(name), f"{pointer}/{name}"))
        if machine and (others := row.keys() - known):
            unknown.setdefault(machine, set()).update(others)
    schema = {"machine": _TEXT, "time": CLOCK, **dict.fromkeys(sensors, _NUMBER)}
    return pl.DataFrame(columns, schema), {name: sorted(few) for name, few in unknown.items()}


def _events(
    reader: _Reader, tables: Mapping[str, list[Row]], columns: Mapping[Table, Mapping[str, str]]
) -> pl.DataFrame:
    found: list[tuple[object, ...]] = []
    for index, row in enumerate(tables.get("events", [])):
        pointer = f"/events/{index}"
        kind = row.get("kind")
        if kind not in _KINDS:
            reader.fault(f"{pointer}/kind", f"expected one of {', '.join(_KINDS)}")
            kind = None
        found.append(_event(reader, row, kind, pointer))
    for table, kind in _OWN_EVENTS.items():
        rows = _renamed(tables.get(table, []), columns.get(table, {}))
        found += [_event(reader, row, kind, f"/{table}/{index}") for index, row in enumerate(rows)]
    return pl.DataFrame(found, _EVENT, orient="row")


def _event(reader: _Reader, row: Row, kind: object, pointer: str) -> tuple[object, ...]:
    return (
        reader.text(row.get("machine"), f"{pointer}/machine"),
        reader.time(row.get("time"), f"{pointer}/time"),
        kind,
        reader.text(row.get("code"), f"{pointer}/code"),
    )


def _machines(
    reader: _Reader,
    rows: list[Row],
    manifest: Manifest,
    readings: pl.DataFrame,
    events: pl.DataFrame,
) -> pl.DataFrame:
    """Describe the machines of a request: as it says, else as the plant did when it was trained."""
    logs = manifest.logs
    told = {}
    for index, row in enumerate(_renamed(rows, logs.columns.get(Table.MACHINES, {}))):
        pointer = f"/machines/{index}"
        if machine := reader.text(row.get("machine"), f"{pointer}/machine"):
            told[machine] = (
                reader.text(row["model"], f"{pointer}/model") if row.get("model") else None,
                reader.time(row["installed"], f"{pointer}/installed")
                if row.get("installed")
                else None,
            )
    known = {name: (machine.model, machine.installed) for name, machine in logs.machines.items()}
    named = {*told, *readings["machine"], *events["machine"]} - {None}
    described = [(name, *told.get(name, known.get(name, (None, None)))) for name in sorted(named)]
    return pl.DataFrame(described, _MACHINE, orient="row")


def _pointer(key: str) -> str:
    return "/" + key[:80].replace("~", "~0").replace("/", "~1")


def utc_now() -> datetime:
    """Return the current time to the second, UTC."""
    return datetime.now(UTC).replace(microsecond=0)
