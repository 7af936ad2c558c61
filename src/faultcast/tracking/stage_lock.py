"""`dvc.lock` as it was at a commit: what each stage read and wrote, by hash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Self

import yaml

LOCK = "dvc.lock"


@dataclass(frozen=True)
class Item:
    """A file or folder that a stage read or wrote; the hash of a folder ends in `.dir`."""

    path: str
    md5: str

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.md5.endswith(".dir")


@dataclass(frozen=True)
class LockedStage:
    """A stage as it last ran."""

    name: str
    command: str
    reads: tuple[Item, ...]
    writes: tuple[Item, ...]


@dataclass(frozen=True)
class StageLock:
    """All stages of a `dvc.lock`."""

    stages: tuple[LockedStage, ...]

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Read the file; what is none has no stages."""
        try:
            found = yaml.safe_load(content)
            stages = found["stages"].items() if isinstance(found, dict) else ()
            return cls(tuple(_stage(name, entry) for name, entry in stages))
        except (yaml.YAMLError, KeyError, AttributeError, TypeError):
            return cls(())

    def writer(self, item: Item) -> LockedStage | None:
        """Return the stage that wrote a file or folder, or the folder that it is in."""
        for stage in self.stages:
            if any(_holds(one, item) for one in stage.writes):
                return stage
        return None

    def writers_of_others(self, item: Item) -> list[LockedStage]:
        """Return the stages that wrote other bytes there."""
        found = ((stage, one) for stage in self.stages for one in stage.writes)
        return [stage for stage, one in found if one.path == item.path and one.md5 != item.md5]

    def item(self, path: str) -> Item | None:
        """Return what a stage wrote, or read, at exactly this path."""
        for stage in self.stages:
            for one in (*stage.writes, *stage.reads):
                if one.path == path:
                    return one
        return None

    def upstream(self, stage: LockedStage) -> list[LockedStage]:
        """Return the stages that a stage needs, itself last, each after those that it needs."""
        order: dict[str, LockedStage] = {}

        def visit(one: LockedStage) -> None:
            for item in one.reads:
                writer = self.writer(item)
                if writer and writer.name not in order:
                    visit(writer)
            order[one.name] = one

        visit(stage)
        return list(order.values())


def _holds(written: Item, item: Item) -> bool:
    if written.path == item.path:
        return written.md5 == item.md5
    return PurePosixPath(item.path).is_relative_to(written.path)


def _stage(name: str, entry: dict[str, Any]) -> LockedStage:
    return LockedStage(
        name,
        entry["cmd"],
        tuple(_items(entry.get("deps", ()))),
        tuple(_items(entry.get("outs", ()))),
    )


def _items(entries: Any) -> Iterator[Item]:
    for entry in entries:
        if "md5" in entry:
            yield Item(entry["path"], entry["md5"])
