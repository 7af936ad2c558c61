"""A model's ledger: who changed which alias, when and why.

An entry is a tag of the registered model under a key of its own, so that two people who write at
the same time both leave theirs; nothing is ever rewritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import Field

from faultcast.config.frozen import Frozen

_KEY = "faultcast.ledger."


class Change(StrEnum):
    """What made a version the champion."""

    PROMOTED = "promoted"
    OVERRIDDEN = "promoted against the gate"
    ROLLED_BACK = "rolled back to"


class Event(Frozen):
    """An entry: `version` became the champion in the place of `over`."""

    at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    who: str
    change: Change
    version: int
    over: int | None
    why: str

    @property
    def key(self) -> str:
        """The tag's name: in order of time, and nobody else's."""
        return f"{_KEY}{self.at:%Y%m%dT%H%M%S.%f}.{self.version}"


def ledger_of(tags: Mapping[str, str]) -> list[Event]:
    """Read the entries among a registered model's tags, latest last."""
    entries = sorted((key, value) for key, value in tags.items() if key.startswith(_KEY))
    return [Event.model_validate_json(value) for _, value in entries]
