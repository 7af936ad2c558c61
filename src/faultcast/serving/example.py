"""Requests that a model can answer, made from its manifest: for its page and its self-test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from faultcast.scoring.manifest import Manifest

_AT = datetime(2026, 1, 31, 6, tzinfo=UTC)
_MOST_READINGS = 24


def example_readings(manifest: Manifest) -> dict[str, Any]:
    """Return a body for `/forecasts`: a machine whose sensors stay at their usual mean."""
    spec = manifest.features
    interval = max(manifest.logs.interval, spec.history / _MOST_READINGS)
    machine = next(iter(manifest.logs.machines), "M1")
    usual = {column.name: column.usual for column in manifest.inputs}
    steady = {name: usual[f"{name}_last"] for name in spec.sensors}
    count = spec.history // interval + (1 if spec.history % interval else 0)
    return {
        "at": _time(_AT),
        "readings": [
            {"machine": machine, "time": _time(_AT - interval * back), **steady}
            for back in range(count - 1, -1, -1)
        ],
        "events": [
            {
                "machine": machine,
                "time": _time(_AT - timedelta(days=30)),
                "kind": "maintenance",
                "code": component,
            }
            for component in spec.components
        ],
    }


def example_row(manifest: Manifest) -> dict[str, float | None]:
    """Return a row for `/features` in which everything is as usual."""
    return {column.name: column.usual for column in manifest.inputs}


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
