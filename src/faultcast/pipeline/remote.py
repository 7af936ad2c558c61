"""Data between DVC's cache and a remote: checked before it starts, counted where it stops."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faultcast.errors import DataRemoteError, NoDataRemoteError, TransferError
from faultcast.pipeline.checked_ssh import tell, use_checked_ssh
from faultcast.tracking.hashes import md5_of


@dataclass(frozen=True)
class Transfer:
    """What was asked for: the remote's name (None: the default one), connections, which commits.

    `allow_missing` is of a pull: what the remote lacks is left out.
    """

    remote: str | None = None
    jobs: int | None = None
    all_commits: bool = False
    allow_missing: bool = False


def push(root: Path, asked: Transfer) -> int:
    """Send what the stages wrote, and the run cache, to a remote.

    Args:
        root: the project.
        asked: the remote and how.

    Returns:
        How many files were sent; those that are there already are not sent again.

    Raises:
        NoDataRemoteError: no remote is configured, or none of that name.
        DataRemoteError: the remote cannot be used.
        TransferError: files did not arrive; those that did stay there.
    """
    with _opened(root, asked) as repo:
        return int(repo.push(jobs=asked.jobs, all_commits=asked.all_commits, run_cache=True))


def pull(root: Path, asked: Transfer) -> int:
    """Fetch what the stages of this commit wrote from a remote, verified by its hashes.

    Args:
        root: the project.
        asked: the remote and how.

    Returns:
        How many files were fetched.

    Raises:
        NoDataRemoteError: no remote is configured, or none of that name.
        DataRemoteError: the remote cannot be used.
        TransferError: files are missing or damaged there, or did not arrive.
    """
    with _opened(root, asked) as repo:
        fetched = repo.fetch(jobs=asked.jobs, all_commits=asked.all_commits, run_cache=True)
        if spoiled := _spoiled(repo, _recorded(repo, asked.all_commits)):
            raise TransferError(_name(repo), _tell_spoiled(spoiled))
        repo.checkout(allow_missing=asked.allow_missing)
        return int(fetched)


def fetch(root: Path, hashes: Iterable[str]) -> None:
    """Fetch data into DVC's cache from the default remote, by the hashes in `dvc.lock`.

    What the cache has is not fetched again, unless it changed there.

    Args:
        root: the project.
        hashes: of files, and of folders (these end in `.dir`).

    Raises:
        NoDataRemoteError: no default remote is configured.
        DataRemoteError: the remote cannot be used.
        TransferError: files are missing or damaged there, or did not arrive.
    """
    from dvc_data.hashfile.hash_info import HashInfo

    with _opened(root, Transfer()) as repo:
        wanted = [HashInfo("md5", one) for one in hashes]
        _spoiled(repo, wanted)
        repo.cloud.pull(wanted)  # of a folder this is the list of its files
        repo.cloud.pull(list(_with_files(repo, wanted)))
        if spoiled := _spoiled(repo, wanted):
            raise TransferError(_name(repo), _tell_spoiled(spoiled))
        if lacks := [path for path in _cached_files(repo, wanted) if not path.exists()]:
            raise TransferError(_name(repo), f"{len(lacks)} of the files are not there")


def _recorded(repo: Any, all_commits: bool) -> Iterator[Any]:
    """Yield the hashes of all outputs, of the checkout or of every commit too."""
    for _ in repo.brancher(all_commits=all_commits):
        yield from (out.hash_info for out in repo.index.outs if out.hash_info)


def _spoiled(repo: Any, wanted: Iterable[Any]) -> list[str]:
    """Return the cache's files that are not what their names, which are hashes, say; remove them.

    DVC trusts what it fetches.
    """
    seen, found = set[Path](), []
    for path in _cached_files(repo, wanted):
        expected = f"{path.parent.name}{path.stem}"
        if path not in seen and path.is_file() and md5_of(path) != expected:
            path.unlink()
            found.append(expected)
        seen.add(path)
    return found


def _cached_files(repo: Any, wanted: Iterable[Any]) -> Iterator[Path]:
    """Yield where the cache keeps the files of hashes; a folder's list of files before these."""
    for one in _with_files(repo, wanted):
        yield Path(repo.cache.local.oid_to_path(one.value))


def _with_files(repo: Any, wanted: Iterable[Any]) -> Iterator[Any]:
    """Yield hashes, and those of the files of a folder whose list the cache has by then."""
    from dvc_data.hashfile.tree import Tree

    cache = repo.cache.local
    for one in wanted:
        yield one
        if one.isdir and Path(cache.oid_to_path(one.value)).exists():
            yield from (of for *_, of in Tree.load(cache, one))


def _tell_spoiled(hashes: list[str]) -> str:
    shown = ", ".join(f"files/md5/{one[:2]}/{one[2:]}" for one in hashes[:3])
    more = f" and {len(hashes) - 3} more" if len(hashes) > 3 else ""
    return (
        f"{shown}{more} changed there: the content is not that of the hash. Delete it at the "
        "remote and push it again from a clone that has it"
    )


def _name(repo: Any) -> str:
    return str(repo.config["core"].get("remote"))


@contextmanager
def _opened(root: Path, asked: Transfer) -> Iterator[Any]:
    """Yield the project's DVC repository after a look at the remote; say what fails in words."""
    from dvc.config import Config, NoRemoteError, RemoteNotFoundError
    from dvc.exceptions import CheckoutError, DvcException, FileTransferError
    from dvc.repo import Repo

    use_checked_ssh()
    os.chdir(root)
    # Given here, for DVC would take an old commit's remotes for the data of that commit.
    chosen = {"config": Config(os.fspath(root / ".dvc")).read(), "remote": asked.remote}
    with failures_of_files() as failures, Repo(os.fspath(root), **chosen) as repo:
        try:
            _look(repo)
            yield repo
        except (NoRemoteError, RemoteNotFoundError):
            raise NoDataRemoteError(asked.remote, sorted(repo.config["remote"])) from None
        except (FileTransferError, CheckoutError) as lost:
            raise TransferError(_name(repo), next(iter(failures), str(lost))) from None
        except DvcException as fault:
            raise DataRemoteError(_name(repo), str(fault)) from None


def _look(repo: Any) -> None:
    """Open the remote before any work, so that a failure is told once and not for every file."""
    remote = repo.cloud.get_remote()
    try:
        if remote.fs.protocol == "local":
            _look_at_folder(Path(remote.path))
        else:
            remote.fs.exists(remote.path)
    except Exception as failure:  # each kind of remote has its own
        raise DataRemoteError(remote.name, tell(failure)) from failure


def _look_at_folder(folder: Path) -> None:
    if not folder.is_dir() and not folder.parent.is_dir():
        raise NotADirectoryError(
            f"neither {folder} nor {folder.parent} is there; is the disk or stick mounted?"
        )


@contextmanager
def failures_of_files() -> Iterator[list[str]]:
    """Collect what DVC says of single files, instead of showing a line for each."""
    found: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: found.append(_told(record))  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("dvc", "dvc_data", "dvc_objects")]
    earlier = [logger.handlers for logger in loggers]
    for logger in loggers:
        logger.handlers = [handler]
    try:
        yield found
    finally:
        for logger, handlers in zip(loggers, earlier, strict=True):
            logger.handlers = handlers


def _told(record: logging.LogRecord) -> str:
    failure = record.exc_info[1] if record.exc_info else None
    return tell(failure) if failure else record.getMessage()
