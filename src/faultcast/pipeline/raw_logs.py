"""Raw logs where a plant delivers them: remembered once, fetched again when there are new ones.

DVC does both (`dvc import-url`, `dvc update`); here a server's host key is checked, and what was
there stays when the delivery cannot be had.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faultcast.config.layout import Layout
from faultcast.errors import PlantExistsError, RawLogsError, UnknownDeliveryError
from faultcast.pipeline.checked_ssh import tell, use_checked_ssh
from faultcast.pipeline.remote import failures_of_files


@dataclass(frozen=True)
class Delivered:
    """Logs of a plant: where they are here, where they come from, whether they are new."""

    path: str
    source: str
    new: bool


def import_logs(layout: Layout, plant: str, source: str) -> Delivered:
    """Fetch a plant's logs into `data/raw/<plant>` and remember where they came from.

    Args:
        layout: the project.
        plant: the plant's name.
        source: a folder, `ssh://USER@HOST/FOLDER` or `s3://BUCKET/FOLDER`.

    Raises:
        PlantExistsError: the plant has logs already.
        RawLogsError: they cannot be had.
    """
    path = layout.raw(plant).relative_to(layout.root)
    if "://" not in source:  # DVC takes it from the folder of its own file
        source = os.fspath(Path(source).absolute())
    for place in (path, path.with_name(f"{path.name}.dvc")):
        if (layout.root / place).exists():
            raise PlantExistsError(plant, place)
    with _dvc(layout.root, path.as_posix(), source) as repo:
        try:
            return _delivered(repo.imp_url(source, path.as_posix()), new=True)
        except BaseException:  # an interrupt too
            shutil.rmtree(layout.raw(plant), ignore_errors=True)
            raise


def update_logs(layout: Layout, plants: Sequence[str]) -> Iterator[Delivered]:
    """Fetch the logs of plants again where they changed at their source; yield each.

    Logs that were changed here are not overwritten.

    Args:
        layout: the project.
        plants: their names; none: all whose logs were imported.

    Raises:
        UnknownDeliveryError: the logs of a plant were not imported.
        RawLogsError: they cannot be had; those that were there stay.
    """
    for known in _imported(layout, plants):
        with _dvc(layout.root, known.path, known.source) as repo:
            (stage,) = repo.stage.collect(f"{known.path}.dvc")
            before = stage.outs[0].hash_info
            _keep(stage.outs[0])
            try:
                repo.update(stage.addressing)
            except BaseException:  # an interrupt too
                repo.checkout([stage.addressing], force=True, allow_missing=True)
                raise
            (stage,) = repo.stage.collect(stage.addressing)
            yield _delivered(stage, new=stage.outs[0].hash_info != before)


def _keep(logs: Any) -> None:
    """Have the logs that are there in DVC's cache, from which they come back."""
    if not logs.exists:
        return
    if logs.changed_checksum():
        raise RuntimeError(f"{logs} was changed here; move it away, or: dvc checkout {logs}.dvc")
    if logs.changed_cache():
        logs.save()
        logs.commit()


def _imported(layout: Layout, plants: Sequence[str]) -> list[Delivered]:
    """Return the logs of plants that were imported, as they are recorded."""
    with _dvc(layout.root, "data/raw", "") as repo:
        found = [_delivered(one, new=False) for one in repo.index.stages if one.is_import]
    named = ((Path(one.path).name, one) for one in sorted(found, key=lambda one: one.path))
    imported = {name: one for name, one in named if layout.root / one.path == layout.raw(name)}
    if missing := [name for name in plants if name not in imported]:
        raise UnknownDeliveryError(missing, list(imported))
    return [imported[name] for name in plants or imported]


def _delivered(stage: Any, new: bool) -> Delivered:
    (out,), (source,) = stage.outs, stage.deps
    path = Path(out.fs_path).relative_to(stage.repo.root_dir)
    return Delivered(path.as_posix(), str(source), new)


@contextmanager
def _dvc(root: Path, path: str, source: str) -> Iterator[Any]:
    from dvc.repo import Repo

    use_checked_ssh()
    os.chdir(root)
    with failures_of_files() as failures, Repo(os.fspath(root)) as repo:
        try:
            yield repo
        except Exception as failure:  # each kind of source has its own
            reason = next(iter(failures), tell(failure))
            raise RawLogsError(path, source, reason) from failure
