"""What a lineage is asked of: a version, a run, or a model's file or folder.

A new way to name a model is one more function in `_WAYS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from faultcast.config.layout import Layout
from faultcast.errors import (
    ModelFolderError,
    StageNotRunError,
    UnknownHashError,
    UnknownModelError,
    UnknownSubjectError,
)
from faultcast.scoring.manifest_file import MANIFEST_FILE
from faultcast.tracking.hashes import sha256_of
from faultcast.tracking.model_folder import ModelFolder
from faultcast.tracking.origin import DIGEST_PARAMETER
from faultcast.tracking.registry import Registry
from faultcast.tracking.runs import Run, begun_with, find_runs, get_run, the_one
from faultcast.tracking.version import Version

_VERSION = re.compile(r"([^/@]+)[/@]([^/@]+)")
_BY_HASH = "sha256:"  # how answers name a model that comes from no registry


@dataclass(frozen=True)
class Subject:
    """What is known at the start: a model's folder, a version, a run; at least one of them."""

    name: str
    folder: Path | None = None
    version: Version | None = None
    run: Run | None = None


def find_subject(layout: Layout, registry: Registry, text: str) -> Subject:
    """Find what a text names.

    Raises:
        UnknownSubjectError: nothing.
        UnknownRunError: it is the beginning of several runs' ids.
        UnknownModelError, UnknownVersionError, UnknownHashError: a version that is not there.
        StoreAddressError, StoreError, RegistryError: the store does not answer.
    """
    for way in _WAYS:
        if found := way(layout, registry, text):
            return found
    raise UnknownSubjectError(text)


def named_version(registry: Registry, text: str) -> Version:
    """Return the version that a text such as `foundry/3` or `foundry@champion` names.

    Raises:
        UnknownSubjectError: it is no such text.
        UnknownModelError, UnknownVersionError: a version that is not there.
    """
    named = _VERSION.fullmatch(text)
    if not named:
        raise UnknownSubjectError(text)
    return registry.find(named[1], named[2])


def _as_path(_: Layout, registry: Registry, text: str) -> Subject | None:
    path = Path(text).resolve()
    folder = path if path.is_dir() else path.parent
    if not path.exists() or not (folder / MANIFEST_FILE).is_file():
        return None
    digest = sha256_of(folder / MANIFEST_FILE)
    for name in sorted({folder.name, *registry.names()}):
        if version := _with_digest(registry, name, digest):
            return Subject(name, folder, version)
    return Subject(folder.name, folder)


def _as_version(_: Layout, registry: Registry, text: str) -> Subject | None:
    named = _VERSION.fullmatch(text)
    return named and Subject(named[1], version=registry.find(named[1], named[2]))


def _as_hash(layout: Layout, registry: Registry, text: str) -> Subject | None:
    """Find a model by the beginning of its hash: `foundry/sha256:664ba741857e`."""
    name, _, sha256 = text.partition(f"/{_BY_HASH}")
    if not sha256:
        return None
    folder = layout.model(name)
    with suppress(ModelFolderError, StageNotRunError):
        if ModelFolder.read(folder).model_sha256.startswith(sha256):
            return _as_path(layout, registry, str(folder))
    with suppress(UnknownModelError):
        for version in registry.versions(name):
            if version.model_sha256.startswith(sha256):
                return Subject(name, version=version)
    raise UnknownHashError(name, sha256, folder)


def _as_run(layout: Layout, registry: Registry, text: str) -> Subject | None:
    run = get_run(layout, text) or _begun(layout, text)
    if run is None:
        return None
    digest = run.parameters.get(DIGEST_PARAMETER, "")
    version = _with_digest(registry, run.plant, digest) or _with_run(registry, run)
    folder = layout.model(run.plant)
    held = (folder / MANIFEST_FILE).is_file() and version is None
    return Subject(run.plant, folder if held else None, version, run)


def _begun(layout: Layout, text: str) -> Run | None:
    known = find_runs(layout)
    return the_one(known, text) if begun_with(known, text) else None


def _with_digest(registry: Registry, name: str, digest: str) -> Version | None:
    with suppress(UnknownModelError):
        versions = registry.versions(name) if digest else []
        return next((one for one in versions if one.digest == digest), None)
    return None


def _with_run(registry: Registry, run: Run) -> Version | None:
    with suppress(UnknownModelError):
        return next((one for one in registry.versions(run.plant) if one.run_id == run.id), None)
    return None


_WAYS: tuple[Callable[[Layout, Registry, str], Subject | None], ...] = (
    _as_path,
    _as_hash,
    _as_version,
    _as_run,
)
