"""The base of everything that is read from a file and must not change."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A configuration that cannot change after it was read and knows all its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
