"""The chain that leads a model back to its bytes, each link checked.

    model bytes -> version -> gate decision -> run -> commit -> stage -> data hashes -> raw files

Every hash is computed anew. A link that is broken or missing has faults, which name the file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faultcast.config.layout import Layout
from faultcast.errors import ModelFolderError, StageNotRunError
from faultcast.scoring.manifest_file import MANIFEST_FILE
from faultcast.tracking.data_check import DataStore
from faultcast.tracking.decision_check import check_decision
from faultcast.tracking.git_history import GitHistory
from faultcast.tracking.hashes import listing_md5, md5_of, sha256_of
from faultcast.tracking.link import Link
from faultcast.tracking.model_folder import ModelFolder
from faultcast.tracking.origin import DIGEST_PARAMETER
from faultcast.tracking.registry import Registry
from faultcast.tracking.runs import Run, find_runs, get_run
from faultcast.tracking.stage_check import StageCheck, locate
from faultcast.tracking.stage_lock import Item
from faultcast.tracking.store import Store
from faultcast.tracking.subject import Subject, find_subject


@dataclass(frozen=True)
class Lineage:
    """The chain of a model, from its bytes to its raw files."""

    subject: str
    links: tuple[Link, ...]

    @property
    def faults(self) -> list[str]:
        """All that is wrong, each with the name of its link."""
        return [
            f"{link.name}: {fault}" for top in self.links for link in top for fault in link.faults
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the chain for `json.dump`."""
        return {
            "subject": self.subject,
            "complete": not self.faults,
            "faults": self.faults,
            "chain": [link.as_json() for link in self.links],
        }


def trace(layout: Layout, text: str) -> Lineage:
    """Follow a version, a run, or a model's file or folder back to its raw files.

    Raises:
        UnknownSubjectError: the text names nothing.
        UnknownModelError, UnknownVersionError: a version that is not there.
        StoreAddressError, StoreError, RegistryError: the store does not answer.
    """
    registry = Registry.of(layout)
    subject = find_subject(layout, registry, text)
    with tempfile.TemporaryDirectory() as scratch:
        return Lineage(text, tuple(_Chain(layout, registry, subject, Path(scratch)).links()))


@dataclass(frozen=True)
class _Chain:
    layout: Layout
    registry: Registry
    subject: Subject
    scratch: Path

    def links(self) -> Iterator[Link]:
        registered = self._fetched()
        yield self._bytes(registered)
        yield self._version(registered)
        if version := self.subject.version:
            yield check_decision(Store(self.layout.root), version)
        run = self._run()
        yield self._run_link(run)
        commit = run.commit if run else version.commit if version else ""
        yield self._commit(commit, run)
        yield from self._behind(commit)

    @property
    def _folder(self) -> Path:
        return self.scratch / self.subject.name

    def _fetched(self) -> str:
        """Fetch the version's bytes; return what is wrong with them."""
        try:
            if self.subject.version:
                self.registry.fetch(self.subject.version, self._folder)
        except ModelFolderError as broken:
            return str(broken)
        return ""

    def _bytes(self, registered: str) -> Link:
        name = "model bytes"
        if self.subject.folder is None:
            digest = self.subject.version.digest if self.subject.version else "missing"
            return Link(name, f"registered, manifest sha256 {digest}", _faults(registered))
        try:
            model = ModelFolder.read(self.subject.folder)
        except (ModelFolderError, StageNotRunError) as broken:
            return Link(name, str(self.subject.folder), (str(broken),))
        parts = tuple(Link(file, sha256) for file, sha256 in sorted(model.files.items()))
        return Link(name, f"{model.path}, manifest sha256 {model.digest}", (), parts)

    def _version(self, registered: str) -> Link:
        version = self.subject.version
        if version is None:
            fault = f"no version has these bytes; register them: faultcast gate {self.subject.name}"
            return Link("version", "missing", (fault,))
        aliases = f" ({', '.join(version.aliases)})" if version.aliases else ""
        apart = _faults(registered) if self.subject.folder else ()
        return Link("version", f"{version.name}/{version.number}{aliases}", apart)

    def _run(self) -> Run | None:
        if self.subject.run or not self.subject.version:
            return self.subject.run or self._training_run()
        return get_run(self.layout, self.subject.version.run_id)

    def _training_run(self) -> Run | None:
        """Find the run that recorded the bytes of a folder that is no version."""
        digest = sha256_of(self.subject.folder / MANIFEST_FILE) if self.subject.folder else ""
        found = find_runs(self.layout, parameters={DIGEST_PARAMETER: digest}) if digest else []
        return found[0] if found else None

    def _run_link(self, run: Run | None) -> Link:
        if run is None:
            return Link(
                "run", "missing", ("no tracked run made these bytes; faultcast sync delivers runs",)
            )
        waits = () if run.id else ("not delivered yet: faultcast sync",)
        return Link(
            "run", f"{run.id or run.record} {run.stage}, {run.started:%Y-%m-%d %H:%M} UTC", waits
        )

    def _commit(self, commit: str, run: Run | None) -> Link:
        git, faults = self._git, []
        if not commit or not git.has(commit):
            fault = f"{commit or 'none'}: not in this repository; fetch it with: git fetch --all"
            return Link("commit", "missing", (fault,))
        if not git.keeps(commit):
            faults.append("no branch or tag leads to it, so that git will remove it")
        if run and run.dirty:
            faults.append("files differed from it when the run was made")
        return Link("commit", git.subject(commit), tuple(faults))

    def _behind(self, commit: str) -> Iterator[Link]:
        made = self._made()
        recorded = locate(self.layout.root, self._git, commit, made) if made else None
        if recorded is None:
            fault = f"dvc.lock of no commit since {commit[:7] or 'the run'} records these bytes"
            yield Link("stage", "missing", (fault,))
            return
        yield from StageCheck(self._git, DataStore(self.layout.root), recorded, commit).links()

    def _made(self) -> Item | None:
        """Return the model's folder as `dvc.lock` names it, with the hash of its sound bytes."""
        place = self.layout.model(self.subject.name)
        for folder in (self._folder, self.subject.folder, place):
            try:
                model = ModelFolder.read(folder or place)
            except (ModelFolderError, StageNotRunError):
                continue
            if self.subject.version is None or model.digest == self.subject.version.digest:
                files = {name: md5_of(model.path / name) for name in model.files}
                return Item(place.relative_to(self.layout.root).as_posix(), listing_md5(files))
        return None

    @property
    def _git(self) -> GitHistory:
        return GitHistory(self.layout.root)


def _faults(fault: str) -> tuple[str, ...]:
    return (fault,) if fault else ()
