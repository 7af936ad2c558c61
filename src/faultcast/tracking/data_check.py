"""Whether data is still what `dvc.lock` says: in the checkout, or in DVC's cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from faultcast.tracking.hashes import listing_md5, listing_of, md5_of, parse_listing
from faultcast.tracking.stage_lock import LOCK, Item, StageLock


@dataclass(frozen=True)
class Checked:
    """What became of an item: where its bytes are, its files by hash, and what is wrong."""

    where: str
    files: Mapping[str, str]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataStore:
    """The data of a checkout: its files, and the cache that its DVC keeps."""

    root: Path

    def check(self, item: Item) -> Checked:
        """Recompute the hashes of an item.

        The checkout answers where it has these bytes, or where it should have them: there a changed
        file is a fault. Otherwise it is at another commit, and the cache answers.
        """
        found = self._in_checkout(item)
        if found is not None and _digest(item, found) == item.md5:
            return Checked("in the checkout", found)
        if found is not None and self._now.item(item.path) == item:
            return Checked("in the checkout", found, tuple(self._changes(item, found)))
        return self.check_cache(item)

    def check_cache(self, item: Item) -> Checked:
        """Recompute the hashes of an item in the cache alone."""
        where, fetch = "in DVC's cache", "fetch it with: faultcast data pull --all-commits"
        expected = self.files(item)
        if expected is None:
            fault = f"{item.path}: neither in the checkout nor in DVC's cache; {fetch}"
            return Checked("missing", {}, (fault,))
        faults = []
        for name, md5 in expected.items():
            path, shown = self.object(md5), f"{item.path}/{name}".rstrip("/")
            if not path.is_file():
                faults.append(f"{shown}: neither in the checkout nor in DVC's cache; {fetch}")
            elif md5_of(path) != md5:
                faults.append(f"{shown}: changed in DVC's cache, its hash is {md5_of(path)}")
        return Checked(where, expected, tuple(faults))

    def read(self, item: Item) -> bytes | None:
        """Return a file's bytes, from the checkout or the cache; None where neither has them."""
        for path in (self.root / item.path, self.object(item.md5)):
            if path.is_file() and md5_of(path) == item.md5:
                return path.read_bytes()
        return None

    def object(self, md5: str) -> Path:
        """Return where the cache keeps, or would keep, the bytes with a hash."""
        return self._cache / md5[:2] / md5[2:]

    def files(self, item: Item) -> dict[str, str] | None:
        """Return an item's files by hash, by their paths in it; None where the cache lacks them."""
        if not item.is_folder:
            return {"": item.md5}
        listing = self.object(item.md5)
        if not listing.is_file() or f"{md5_of(listing)}.dir" != item.md5:
            return None
        return parse_listing(listing.read_bytes())

    @cached_property
    def _now(self) -> StageLock:
        path = self.root / LOCK
        return StageLock.parse(path.read_bytes() if path.is_file() else b"")

    @cached_property
    def _cache(self) -> Path:
        from dvc.repo import Repo

        with Repo(str(self.root)) as repo:
            return Path(repo.cache.local.path)

    def _in_checkout(self, item: Item) -> dict[str, str] | None:
        path = self.root / item.path
        if path.is_dir():
            return listing_of(path)
        return {"": md5_of(path)} if path.is_file() else None

    def _changes(self, item: Item, found: Mapping[str, str]) -> list[str]:
        expected = self.files(item)
        if expected is None or not item.is_folder:
            return [f"{item.path}: changed, its hash is {_digest(item, found)}"]
        return [
            f"{item.path}/{name}: {_difference(expected.get(name), found.get(name))}"
            for name in sorted(expected.keys() | found.keys())
            if expected.get(name) != found.get(name)
        ]


def _digest(item: Item, files: Mapping[str, str]) -> str:
    return listing_md5(files) if item.is_folder else files.get("", "")


def _difference(expected: str | None, found: str | None) -> str:
    if expected is None:
        return "not in dvc.lock"
    return "missing" if found is None else f"changed, its hash is {found}, not {expected}"
