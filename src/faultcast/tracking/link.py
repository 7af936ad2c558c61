"""A link of a model's lineage: what it is, what is wrong with it, and its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Link:
    """A link such as the run or the commit; without faults it holds."""

    name: str
    value: str
    faults: tuple[str, ...] = ()
    parts: tuple[Link, ...] = ()

    def __iter__(self) -> Iterator[Link]:
        """Yield it and all its parts."""
        yield self
        for part in self.parts:
            yield from part

    def as_json(self) -> dict[str, Any]:
        """Return it for `json.dump`."""
        return {
            "link": self.name,
            "value": self.value,
            "holds": not any(link.faults for link in self),
            "faults": list(self.faults),
            "parts": [part.as_json() for part in self.parts],
        }
