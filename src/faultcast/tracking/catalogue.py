"""The registry for people: each version with its aliases, its numbers, and its way to champion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table

from faultcast.tracking.ledger import Event
from faultcast.tracking.registry import Registry
from faultcast.tracking.version import Version

_NUMBERS = {
    "AP": "average_precision",
    "in\ntime": "in_time",
    "false\nalarms": "false_alarms",
    "accuracy": "cross_validated_accuracy",
    "ROC\nAUC": "cross_validated_roc_auc",
}


@dataclass(frozen=True)
class Entry:
    """A version and the latest entry of the ledger that made it the champion."""

    version: Version
    promoted: Event | None

    def as_json(self) -> dict[str, object]:
        """Return it for JSON."""
        version, event = self.version, self.promoted
        return {
            "name": version.name,
            "version": version.number,
            "aliases": list(version.aliases),
            "registered": version.registered.isoformat(timespec="seconds"),
            "run_id": version.run_id,
            "commit": version.commit,
            "sha256": version.digest,
            "model_sha256": version.model_sha256,
            "decision": version.decision,
            "promoted": event.model_dump(mode="json") if event else None,
        }


def entries(registry: Registry, names: Sequence[str]) -> list[Entry]:
    """Return the versions of models, newest first.

    Args:
        registry: where they are.
        names: plants or cases; none stands for all.

    Raises:
        UnknownModelError: one of them has no version.
        StoreError: the registry does not answer.
    """
    found = []
    for name in names or registry.names():
        latest = {event.version: event for event in registry.ledger(name)}
        found += [Entry(version, latest.get(version.number)) for version in registry.versions(name)]
    return found


def catalogue(found: Sequence[Entry]) -> Table:
    """Put versions into a table for a terminal, with the numbers that any of them has."""
    decided = [entry.version.decision for entry in found]
    numbers = {title: name for title, name in _NUMBERS.items() if any(name in d for d in decided)}
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for title in ("model", "version", "alias", *numbers):
        table.add_column(title, justify="left" if title in ("model", "alias") else "right")
    table.add_column("gate, and who made it champion", overflow="fold")
    for entry in found:
        version, decision = entry.version, entry.version.decision
        table.add_row(
            version.name,
            str(version.number),
            ", ".join(version.aliases),
            *(_short(decision.get(name)) for name in numbers.values()),
            _story(entry),
        )
    return table


def _short(number: str | None) -> str:
    try:
        return f"{float(number or ''):.3g}"
    except ValueError:
        return "–"


def _story(entry: Entry) -> str:
    if event := entry.promoted:
        place = f" over version {event.over}" if event.over else ""
        return f"{event.change}{place} by {event.who}, {event.at:%Y-%m-%d %H:%M}: {event.why}"
    decision = entry.version.decision
    if not decision:
        return "not judged"
    return f"{decision['outcome']}, asked by {decision['who']}: {decision['reason']}"
