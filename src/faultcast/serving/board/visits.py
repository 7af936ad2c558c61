"""The list of machines to visit, as CSV and as a calendar (RFC 5545)."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from datetime import UTC, datetime

from faultcast.serving.board.risk import MachineAtRisk

_COLUMNS = (
    "rank",
    "plant",
    "machine",
    "model",
    "component",
    "probability",
    "risk",
    "forecast_time",
    "horizon_end",
    "alarm_since",
    "reasons",
    "last_reading",
    "model_version",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LINE = 75


def as_csv(machines: Iterable[MachineAtRisk]) -> str:
    """Write a line a machine, the riskiest first."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(_COLUMNS)
    for rank, one in enumerate(machines, start=1):
        table.writerow(
            [
                rank,
                _cell(one.plant),
                _cell(one.machine),
                _cell(one.model or ""),
                _cell(one.component or ""),
                f"{one.probability:.4f}",
                one.risk.value,
                _iso(one.time),
                _iso(one.until),
                _iso(one.alarm_since),
                _cell(", ".join(source for source, _ in one.reasons)),
                _iso(one.last_reading),
                _cell(str(one.stored["version"])),
            ]
        )
    return text.getvalue()


def as_calendar(machines: Iterable[MachineAtRisk]) -> str:
    """Write an entry a machine, from its forecast's time to the end of the horizon."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//faultcast//visits//EN"]
    for one in machines:
        lines += _entry(one)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _entry(one: MachineAtRisk) -> list[str]:
    # The same machine's next list replaces its entry, as long as the alarm stands.
    alarm = one.alarm_since or one.time
    name = hashlib.sha256(f"{one.plant}\n{one.machine}\n{alarm}".encode()).hexdigest()[:32]
    why = ", ".join(source for source, _ in one.reasons) or "nothing stands out"
    return [
        "BEGIN:VEVENT",
        f"UID:{name}@faultcast",
        f"DTSTAMP:{_stamp(one.time)}",
        f"DTSTART:{_stamp(one.time)}",
        f"DTEND:{_stamp(one.until or one.time)}",
        f"SUMMARY:{_escaped(f'Visit {one.machine}: {one.component} ({one.probability:.0%})')}",
        f"LOCATION:{_escaped(one.plant_title)}",
        f"DESCRIPTION:{_escaped(f'Probability of a failure {one.probability:.1%}. Why: {why}.')}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _cell(text: str) -> str:
    """Keep a spreadsheet from reading a name as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _iso(time: datetime | None) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z") if time else ""


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    for letter, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(letter, written)
    return text.replace("\r", "")


def _folded(line: str) -> str:
    """Break a line so that no part is longer than 75 bytes."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > _LINE:
            parts.append(part)
            part = " "
        part += letter
    return "\r\n".join([*parts, part])
