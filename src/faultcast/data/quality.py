"""The data-quality report: what is missing, stuck, late or repaired, in numbers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from faultcast.data.continuity import Completeness, Gap, Order
from faultcast.data.findings import Mended
from faultcast.data.sources import Delivered
from faultcast.data.stuck import StuckRun


@dataclass(frozen=True)
class SensorQuality:
    """A sensor's readings; `non_finite` and `out_of_range` ones count among the missing.

    `histogram` counts readings in 40 equal steps from `lowest` to `highest`.
    """

    unit: str
    readings: int
    missing: int
    non_finite: int
    out_of_range: int
    stuck_runs: int
    stuck_readings: int
    lowest: float | None
    median: float | None
    highest: float | None
    histogram: tuple[int, ...]


@dataclass(frozen=True)
class Quality:
    """The quality of a plant's data; lists of places hold the 20 gravest, counts hold all.

    `rows` and `missing_readings` are those of the canonical telemetry, `unheralded_failures` have
    no reading within the horizon before them.
    """

    plant: str
    title: str
    start: datetime
    end: datetime
    interval: str
    usual_interval: str | None
    files: tuple[Delivered, ...]
    rows_delivered: int
    rows: int
    machines: int
    missing_readings: int
    sensors: dict[str, SensorQuality]
    duplicate_rows: int
    conflicting_rows: int
    order: Order
    gap_count: int
    gap_hours: float
    gaps: tuple[Gap, ...]
    stuck_count: int
    stuck: tuple[StuckRun, ...]
    completeness: Completeness
    repairs: tuple[Mended, ...]
    events: dict[str, dict[str, int]]
    unknown_codes: dict[str, int]
    unknown_models: dict[str, int]
    unheralded_failures: int
    machines_without_telemetry: tuple[str, ...]
    machines_without_description: tuple[str, ...]

    def as_json(self) -> str:
        """Write the report as JSON, the same for the same data."""
        return (
            json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False, default=_iso)
            + "\n"
        )


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    raise TypeError(f"{value!r} does not belong into the report")
