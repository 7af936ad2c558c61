"""Keep a folder at the champions of the registry, for a server that watches it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from faultcast.errors import ModelFolderError, StageNotRunError
from faultcast.tracking.fetch import VERSION_FILE, described
from faultcast.tracking.model_folder import ModelFolder
from faultcast.tracking.registry import Registry
from faultcast.tracking.version import Alias, Version

FOLLOWS = "Following the champions"
_SECONDS_BETWEEN_LOOKS = 2.0

Tell = Callable[[str], None]


def follow(registry: Registry, names: Sequence[str], folder: Path, tell: Tell) -> None:
    """Fetch each champion, and again whenever another version is the champion; never returns.

    What cannot be fetched is told once and tried again; the folder keeps what it holds.

    Args:
        registry: the registry.
        names: plants and cases; empty: all that have a champion.
        folder: gets a folder for each.
        tell: takes a line for people; one that begins with `FOLLOWS` after the first look.
    """
    last = _look(registry, names, folder, tell, "")
    tell(f"{FOLLOWS} of {registry.uri} in {folder}")
    while True:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        last = _look(registry, names, folder, tell, last)


def bring(registry: Registry, names: Sequence[str], folder: Path) -> Iterator[Version]:
    """Fetch the champions that the folder does not hold; yield each that was fetched.

    Raises:
        FaultcastError: as the registry's `find` and `fetch`.
    """
    for name in names or registry.names():
        champion = registry.with_alias(name, Alias.CHAMPION)
        if champion and not _holds(folder / name, champion):
            registry.fetch(champion, folder / name)
            yield champion


def _look(registry: Registry, names: Sequence[str], folder: Path, tell: Tell, last: str) -> str:
    """Bring the champions; return what went wrong, which is told unless it is the `last`."""
    try:
        for champion in bring(registry, names, folder):
            tell(f"{folder / champion.name}: version {champion.number}")
    except Exception as failure:  # noqa: BLE001  # the next look may find it mended
        told = f"{registry.uri}: {next(iter(str(failure).splitlines()), type(failure).__name__)}"
        if told != last:
            tell(told)
        return told
    return ""


def _holds(folder: Path, version: Version) -> bool:
    with suppress(OSError, ModelFolderError, StageNotRunError):
        told = (folder / VERSION_FILE).read_text()
        return told == described(version) and ModelFolder.read(folder).digest == version.digest
    return False
