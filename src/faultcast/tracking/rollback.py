"""Put the previous champion back, after it was loaded and has scored."""

from __future__ import annotations

import tempfile
from pathlib import Path

from faultcast.config.layout import Layout
from faultcast.modeling.gate.exams import open_exam
from faultcast.tracking.ledger import Change, Event
from faultcast.tracking.person import person
from faultcast.tracking.promotion import previous, roll_back
from faultcast.tracking.registry import Registry
from faultcast.tracking.version import Alias


def put_previous_back(layout: Layout, name: str, reason: str) -> str:
    """Make a model's previous champion the champion again.

    Returns:
        What happened, in a line.

    Raises:
        UnknownModelError, UnknownVersionError: there is no champion to leave.
        NoPreviousError: there is none to go back to.
        ModelFolderError, ManifestError, GateError: the previous one cannot forecast; the aliases
            are untouched.
        ChampionMovedError: somebody changed the champion at the same time.
        StoreError: the registry does not answer.
    """
    registry = Registry.of(layout)
    champion = registry.find(name, Alias.CHAMPION)
    to = previous(registry, champion)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / name
        registry.fetch(to, folder)
        bars = open_exam(layout, name).sit(folder).bars
    event = Event(
        who=person(layout.root),
        change=Change.ROLLED_BACK,
        version=to.number,
        over=champion.number,
        why=reason,
    )
    roll_back(registry, champion, to, event)
    cleared = sum(bar.cleared for bar in bars)
    return (
        f"version {to.number} is the champion again, version {champion.number} is not; on today's "
        f"test set it clears {cleared} of {len(bars)} bars"
    )
