"""The list of registered models: the numbers that its versions have."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console

from faultcast.tracking.catalogue import Entry, catalogue
from faultcast.tracking.version import GATE, Version

REGISTERED = datetime(2026, 3, 1, tzinfo=UTC)


def entry(name: str, **decision: str) -> Entry:
    told = {"outcome": "promoted", "who": "Ada", "reason": "all bars are cleared", **decision}
    tags = {GATE + key: value for key, value in told.items()}
    return Entry(Version(name, 1, "r", "s", "d", "m", "c", REGISTERED, ("champion",), tags), None)


def shown(*entries: Entry) -> str:
    console = Console(width=140)
    with console.capture() as capture:
        console.print(catalogue(entries))
    return capture.get()


def test_a_case_shows_its_accuracy_and_no_column_of_plants() -> None:
    text = shown(entry("titanic", cross_validated_accuracy="0.8197"))
    assert "0.82" in text
    assert "accuracy" in text
    assert "AP" not in text


def test_a_plant_and_a_case_stand_side_by_side() -> None:
    plant = entry("mill", average_precision="0.71", in_time="0.9", false_alarms="0.3")
    text = shown(plant, entry("titanic", cross_validated_accuracy="0.8197"))
    for number in ("0.71", "0.82", "–"):
        assert number in text
