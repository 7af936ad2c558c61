"""A version of a registered model, and what its tags say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

PREFIX = "faultcast-"


class Alias(StrEnum):
    """The names by which versions are found, each on one version of a model at most.

    The challenger is the version last put to the gate and not promoted, the champion is what
    serves, and the previous one is what a rollback puts back.
    """

    CHALLENGER = "challenger"
    CHAMPION = "champion"
    PREVIOUS = "previous"


class Tag(StrEnum):
    """The tags that a version is registered with; those of a decision begin with `GATE`."""

    DIGEST = "faultcast.manifest_sha256"
    MODEL = "faultcast.model_sha256"
    COMMIT = "faultcast.commit"
    DIRTY = "faultcast.dirty"
    ROLLED_BACK = "faultcast.rolled_back"


GATE = "faultcast.gate."


@dataclass(frozen=True)
class Version:
    """A version as it was when the registry was asked.

    `name` is the plant's (or case's), `digest` the sha256 of its manifest, `run_id` the run whose
    artifacts hold its bytes at `source`, `commit` the one that the run was made from.
    """

    name: str
    number: int
    run_id: str
    source: str
    digest: str
    model_sha256: str
    commit: str
    registered: datetime
    aliases: tuple[str, ...]
    tags: Mapping[str, str]

    @classmethod
    def of(cls, found: ModelVersion, aliases: Mapping[str, str]) -> Self:
        """Take a version from MLflow's; `aliases` are all aliases of its model."""
        tags = dict(found.tags)
        return cls(
            name=found.name.removeprefix(PREFIX),
            number=int(found.version),
            run_id=found.run_id or "",
            source=found.source or "",
            digest=tags.get(Tag.DIGEST, ""),
            model_sha256=tags.get(Tag.MODEL, ""),
            commit=tags.get(Tag.COMMIT, ""),
            registered=datetime.fromtimestamp(found.creation_timestamp / 1000, UTC),
            aliases=tuple(sorted(a for a, number in aliases.items() if number == found.version)),
            tags=tags,
        )

    @property
    def decision(self) -> dict[str, str]:
        """What the gate decided, by the tags' names without their beginning; empty before."""
        return {
            name.removeprefix(GATE): value
            for name, value in self.tags.items()
            if name.startswith(GATE)
        }

    def __str__(self) -> str:
        return f"{self.name} version {self.number}"
