"""The stage that made a model, as `dvc.lock` records it, and the data that it leads back to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from faultcast.tracking.data_check import DataStore
from faultcast.tracking.git_history import GitHistory
from faultcast.tracking.link import Link
from faultcast.tracking.stage_lock import LOCK, Item, LockedStage, StageLock

CODE = ".faultcast/"  # extracts of what the stages run


@dataclass(frozen=True)
class Recorded:
    """A stage as recorded: in `dvc.lock` of a commit, or in one that is not committed yet."""

    stage: LockedStage
    lock: StageLock
    commit: str


def locate(root: Path, git: GitHistory, commit: str, made: Item) -> Recorded | None:
    """Find the record of the stage that made a model.

    A run changes `dvc.lock`, so its record may be of a later commit than the run itself.

    Args:
        root: the project.
        git: its history.
        commit: the run's.
        made: the model's folder and its hash.
    """
    for sha in (commit, *git.later_changes(commit, LOCK)):
        lock = StageLock.parse(git.file(sha, LOCK) or b"")
        if stage := lock.writer(made):
            return Recorded(stage, lock, sha)
    path = root / LOCK
    lock = StageLock.parse(path.read_bytes() if path.is_file() else b"")
    stage = lock.writer(made)
    return Recorded(stage, lock, "") if stage else None


@dataclass(frozen=True)
class StageCheck:
    """Checks what stands behind a recorded stage, made from the code of a commit."""

    git: GitHistory
    store: DataStore
    recorded: Recorded
    commit: str

    def links(self) -> Iterator[Link]:
        """Yield the stage with its code, the data between it and the raw files, and these."""
        items = {item.path: item for stage in self._stages() for item in _touched(stage)}
        code = [item for item in items.values() if self._is_code(item)]
        raw = [item for item in items.values() if item not in code and self._is_raw(item)]
        made = [item for item in items.values() if item not in code and item not in raw]
        yield self._stage(code)
        yield Link("data hashes", f"{len(made)} in {LOCK}", (), tuple(map(self._made, made)))
        fault = () if raw else (f"{LOCK} names none behind {self.recorded.stage.name}",)
        value = ", ".join(item.path for item in raw) or "missing"
        yield Link("raw files", value, fault, tuple(self._data(item, files=True) for item in raw))

    def _stages(self) -> list[LockedStage]:
        """Return the stages behind the model, the nearest first, without that of code."""
        stages = self.recorded.lock.upstream(self.recorded.stage)
        return [one for one in reversed(stages) if not one.writes[0].path.startswith(CODE)]

    def _is_code(self, item: Item) -> bool:
        in_git = not item.is_folder and self.git.file(self.commit, item.path) is not None
        return item.path.startswith(CODE) or in_git

    def _is_raw(self, item: Item) -> bool:
        """Whether nothing but code was read to write these bytes.

        Other bytes may have been written there by a simulator that is no more.
        """
        lock = self.recorded.lock
        writer = lock.writer(item)
        writers = [writer] if writer else lock.writers_of_others(item)
        return all(self._is_code(one) for stage in writers for one in stage.reads)

    def _stage(self, code: list[Item]) -> Link:
        where = self.recorded.commit
        value = f"{self.recorded.stage.name}, {LOCK} of {where[:7] or 'this checkout'}"
        fault = () if where else (f"{LOCK} is not committed: commit it with git, or it is lost",)
        return Link("stage", value, fault, tuple(map(self._code, code)))

    def _code(self, item: Item) -> Link:
        if item.path.startswith(CODE):
            return Link(item.path, item.md5, tuple(self._differing_modules(item)))
        content = self.git.file(self.commit, item.path) or b""
        same = hashlib.md5(content, usedforsecurity=False).hexdigest() == item.md5
        fault = () if same else (f"{item.path}: the stage read another one than the commit has",)
        return Link(item.path, item.md5, fault)

    def _differing_modules(self, extract: Item) -> Iterator[str]:
        """Yield the modules that ran and that the commit has otherwise."""
        content = self.store.read(extract)
        if content is None:
            yield f"{extract.path}: neither in the checkout nor in DVC's cache, or changed there"
            return
        for path, sha256 in json.loads(content)["modules"].items():
            if hashlib.sha256(self.git.file(self.commit, path) or b"").hexdigest() != sha256:
                yield f"{path}: the stage ran another one than the commit has"

    def _made(self, item: Item) -> Link:
        link = self._data(item)
        if self.recorded.lock.writer(item):
            return link
        fault = f"{item.path}: {LOCK} has no stage that wrote these bytes, but others"
        return replace(link, faults=(*link.faults, fault))

    def _data(self, item: Item, files: bool = False) -> Link:
        checked = self.store.check(item)
        inside = sorted(checked.files.items()) if files and item.is_folder else ()
        parts = tuple(Link(f"{item.path}/{name}", md5) for name, md5 in inside)
        return Link(item.path, f"{item.md5} {checked.where}", checked.faults, parts)


def _touched(stage: LockedStage) -> tuple[Item, ...]:
    """Return what a stage read; and what it wrote, where it is the source of data."""
    data = [item for item in stage.reads if item.path.startswith("data/")]
    return stage.reads if data else (*stage.reads, *stage.writes)
