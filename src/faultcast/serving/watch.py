"""Look at the folders of models and serve what is new in them, if it passes its self-test."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from faultcast.errors import FaultcastError
from faultcast.scoring.manifest_file import MANIFEST_FILE
from faultcast.serving.self_test import check_model
from faultcast.serving.served import VERSION_FILE, Served, ServedModel, load_model

_LOG = logging.getLogger("faultcast.serving")
_ATTEMPTS = 3

Signature = tuple[tuple[int, int, int] | None, ...]


@dataclass
class Watch:
    """Which folders are looked at, and what they held last.

    Args:
        home: the folder of the models' folders.
        names: the models to serve; empty: all that are there.
        served: where new models go.
    """

    home: Path
    names: tuple[str, ...]
    served: Served
    _seen: dict[Path, Signature] = field(default_factory=dict)
    _attempts: dict[Path, int] = field(default_factory=dict)

    def folders(self) -> list[Path]:
        """Return the folders that hold, or should hold, a model."""
        if self.names:
            return [self.home / name for name in self.names]
        return sorted(path.parent for path in self.home.glob(f"[!.]*/{MANIFEST_FILE}"))

    def load_all(self) -> None:
        """Load every model for the first time.

        Raises:
            FaultcastError: one cannot be loaded or fails its self-test.
        """
        for folder in self.folders():
            found, model = load_whole(folder)
            self._seen[folder] = found
            self.served.replace(model)

    async def run(self, seconds: float) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            await self.look()

    async def look(self) -> None:
        """Serve what has changed; what cannot be served is told, and the old one goes on."""
        for folder in await run_in_threadpool(self.folders):
            found = _signature(folder)
            if found == self._seen.get(folder):
                continue
            try:
                found, model = await run_in_threadpool(load_whole, folder)
            except Exception as refusal:  # noqa: BLE001  # whatever it is, the old one serves on
                self._refuse(folder, found, str(refusal))
            else:
                self._seen[folder] = found
                self._attempts.pop(folder, None)
                self.served.replace(model)
                _LOG.warning("%s: version %s serves from now on", model.name, model.version)

    def _refuse(self, folder: Path, found: Signature, reason: str) -> None:
        """Tell of a refusal; files that were still being written get another chance."""
        self._attempts[folder] = self._attempts.get(folder, 0) + 1
        if self._attempts[folder] < _ATTEMPTS:
            return
        del self._attempts[folder]
        self._seen[folder] = found
        self.served.refused[folder.name] = reason
        _LOG.error("%s: the new version is refused, the old one serves on: %s", folder.name, reason)


def load_checked(folder: Path) -> ServedModel:
    """Load a model that passes its self-test.

    Raises:
        FaultcastError: it cannot be loaded, or fails.
    """
    model = load_model(folder)
    check_model(model)
    return model


def load_whole(folder: Path) -> tuple[Signature, ServedModel]:
    """Load a model that was not replaced while its files were read one after the other.

    Returns:
        what the folder held, and its model.

    Raises:
        FaultcastError: as `load_checked`.
    """
    while True:
        found = _signature(folder)
        try:
            model = load_checked(folder)
        except FaultcastError:
            if found == _signature(folder):
                raise
        else:
            if found == _signature(folder):
                return found, model


def _signature(folder: Path) -> Signature:
    return tuple(map(_of_file, (folder, folder / MANIFEST_FILE, folder / VERSION_FILE)))


def _of_file(path: Path) -> tuple[int, int, int] | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_ino, told.st_mtime_ns, told.st_size
