"""Build a registered version again from its commit, and compare the bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faultcast.config.layout import Layout
from faultcast.errors import (
    DataRemoteError,
    NoDataRemoteError,
    ReproductionError,
    TransferError,
)
from faultcast.pipeline.remote import fetch
from faultcast.programs import search_path
from faultcast.tracking.data_check import Checked, DataStore
from faultcast.tracking.git_history import GitHistory
from faultcast.tracking.hashes import listing_md5, md5_of, sha256_of
from faultcast.tracking.model_folder import ModelFolder
from faultcast.tracking.registry import Registry
from faultcast.tracking.stage_check import Recorded, locate
from faultcast.tracking.stage_lock import Item, LockedStage
from faultcast.tracking.version import Version

_LOCK = "requirements/all.txt"


@dataclass(frozen=True)
class Reproduction:
    """What came of building a version again: its files that differ, and the environment's lock."""

    version: Version
    files: tuple[str, ...]
    differing: tuple[str, ...]
    same_environment: bool


def reproduce(
    layout: Layout, version: Version, say: Callable[[str], None], *, from_raw: bool
) -> Reproduction:
    """Run the stage that made a version again, at its commit, in a worktree of its own.

    Args:
        layout: the project; nothing in it is changed.
        version: what to build.
        say: is told of each step.
        from_raw: run all stages behind it too, instead of taking their outputs from DVC's cache
            or its default remote.

    Raises:
        ReproductionError: the commit, its record or its data are not here, or a stage failed.
        ModelFolderError: the registered bytes are gone or changed.
    """
    git = GitHistory(layout.root)
    with tempfile.TemporaryDirectory(prefix="faultcast-") as scratch:
        registered = Path(scratch) / "registered" / version.name
        Registry.of(layout).fetch(version, registered)
        files = ModelFolder.read(registered).files
        recorded = _recorded(layout, git, version, registered, list(files))
        with _worktree(layout.root, version.commit, Path(scratch) / "worktree") as tree:
            _build(DataStore(layout.root), recorded, tree, say, from_raw)
            made = Layout(tree).model(version.name)
            differing = [name for name in files if not _same(made / name, registered / name)]
        lock, here = git.file(version.commit, _LOCK), layout.root / _LOCK
        same = lock == (here.read_bytes() if here.is_file() else None)
    return Reproduction(version, tuple(sorted(files)), tuple(sorted(differing)), same)


def _recorded(
    layout: Layout, git: GitHistory, version: Version, folder: Path, names: list[str]
) -> Recorded:
    if not version.commit or not git.has(version.commit):
        where = version.commit or "unknown"
        raise ReproductionError(str(version), f"its commit {where} is not in this repository")
    path = layout.model(version.name).relative_to(layout.root).as_posix()
    made = Item(path, listing_md5({name: md5_of(folder / name) for name in names}))
    if recorded := locate(layout.root, git, version.commit, made):
        return recorded
    raise ReproductionError(str(version), "dvc.lock of no commit since its own records its bytes")


def _build(
    store: DataStore, recorded: Recorded, tree: Path, say: Callable[[str], None], from_raw: bool
) -> None:
    stages = recorded.lock.upstream(recorded.stage) if from_raw else [recorded.stage]
    written = [item.path for stage in stages for item in stage.writes]
    for item in {item for stage in stages for item in stage.reads}:
        made_here = any(Path(item.path).is_relative_to(path) for path in written)
        if not made_here and not (tree / item.path).exists():
            _bring(store, item, tree, say)
    for stage in stages:
        for item in stage.writes:
            _remove(tree / item.path)
        say(f"{stage.name} runs ...")
        _run(stage, tree)


def _bring(store: DataStore, item: Item, tree: Path, say: Callable[[str], None]) -> None:
    """Put an item of the checkout, DVC's cache or its remote into the worktree; hashes checked."""
    checked = store.check(item)
    if checked.faults:
        checked = _fetched(store, item, checked, say)
    for name, md5 in checked.files.items():
        target, known = tree / item.path / name, store.root / item.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        in_checkout = known.is_file() and md5_of(known) == md5
        shutil.copyfile(known if in_checkout else store.object(md5), target)


def _fetched(store: DataStore, item: Item, here: Checked, say: Callable[[str], None]) -> Checked:
    """Fetch what neither the checkout nor the cache has whole from the default remote."""
    if (cached := store.check_cache(item)).faults:
        say(f"{item.path} is fetched from the data remote ...")
        try:
            fetch(store.root, [item.md5])
        except NoDataRemoteError:
            raise ReproductionError("its data", "; ".join(here.faults)) from None
        except (DataRemoteError, TransferError) as fault:
            raise ReproductionError("its data", f"{'; '.join(here.faults)}\n  {fault}") from fault
        cached = store.check_cache(item)
    if cached.faults:
        raise ReproductionError("its data", "; ".join(cached.faults))
    return cached


def _run(stage: LockedStage, tree: Path) -> None:
    """Run a stage's command with the worktree's code and this environment, tracked nowhere."""
    environment = os.environ | {
        "PATH": search_path(),
        "PYTHONPATH": str(tree / "src"),
        "MLFLOW_TRACKING_URI": f"sqlite:///{tree / 'mlflow.db'}",
        "FAULTCAST_RECORDS": str(tree / ".faultcast" / "records"),
    }
    done = subprocess.run(
        stage.command,
        shell=True,
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = done.stdout.strip().splitlines()[-5:]
        raise ReproductionError(stage.name, "the stage failed:\n  " + "\n  ".join(last))


@contextmanager
def _worktree(root: Path, commit: str, place: Path) -> Iterator[Path]:
    words = ["git", "-C", str(root), "worktree"]
    add = [*words, "add", "--quiet", "--detach", str(place), commit]
    done = subprocess.run(add, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ReproductionError(commit, f"git makes no worktree of it: {done.stderr.strip()}")
    try:
        yield place
    finally:
        remove = [*words, "remove", "--force", str(place)]
        subprocess.run(remove, capture_output=True, check=False)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def _same(made: Path, registered: Path) -> bool:
    return made.is_file() and sha256_of(made) == sha256_of(registered)
