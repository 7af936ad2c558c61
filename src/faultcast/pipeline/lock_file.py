"""`dvc.lock`: the same bytes as DVC writes, whole at every moment, in the order of a serial run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from faultcast.files import replacing

_NAME = "dvc.lock"
_COPY = Path(".faultcast", _NAME)


def mend_lock_file(root: Path) -> None:
    """Put back the last record of ours where DVC, killed while it wrote in place, tore it."""
    path, copy = root / _NAME, root / _COPY
    if copy.exists() and path.exists() and _is_torn(path):
        with replacing(path) as draft:
            shutil.copyfile(copy, draft)


class LockFile:
    """The record of what ran on what."""

    def __init__(self, root: Path, repo: Any) -> None:
        """Take the project's folder and its DVC repository."""
        self.order: list[str] = []
        """Names of the stages as one run after the other would append them."""
        self._path = root / _NAME
        self._repo = repo
        self._new: set[str] = set()
        self._copy = root / _COPY
        self._known = self._stamp()

    def record(self, stage: Any) -> None:
        """Put a stage's commands, dependencies and outputs into the file."""
        from dvc.stage.serialize import to_lockfile
        from dvc.utils.serialize import dump_yaml, load_yaml

        content: dict[str, Any] = {"schema": "2.0"}
        if self._path.exists():
            content = load_yaml(self._path)
        stages = content.setdefault("stages", {})
        if stage.name not in stages:
            self._new.add(stage.name)
        stages.update(to_lockfile(stage))
        content["stages"] = self._in_order(stages)
        with replacing(self._path) as draft:
            dump_yaml(os.fspath(draft), content)
        self._keep()
        self._known = self._stamp()
        self._repo.scm_context.track_file(self._path.name)

    def refresh(self, stage: Any) -> None:
        """Read a stage's record again where another process wrote the file in the meantime."""
        if self._stamp() != self._known:
            fresh = stage.reload()
            stage.deps, stage.outs, stage.cmd_changed = fresh.deps, fresh.outs, fresh.cmd_changed

    def _keep(self) -> None:
        with replacing(self._copy) as draft:
            shutil.copyfile(self._path, draft)

    def _in_order(self, stages: dict[str, Any]) -> dict[str, Any]:
        """Keep what was there in its place; append what this run added as a serial run would."""
        added = [name for name in self.order if name in self._new and name in stages]
        kept = {name: entry for name, entry in stages.items() if name not in added}
        return kept | {name: stages[name] for name in added}

    def _stamp(self) -> tuple[int, int] | None:
        try:
            known = self._path.stat()
        except FileNotFoundError:
            return None
        return known.st_mtime_ns, known.st_ino


def _is_torn(path: Path) -> bool:
    """Whether DVC cannot read a record, for another reason than a merge that is not finished."""
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from dvc.utils.serialize import ParseError, load_yaml
    from dvc.utils.strictyaml import YAMLValidationError, validate

    try:
        validate(load_yaml(path), COMPILED_LOCKFILE_SCHEMA)
    except (ParseError, YAMLValidationError):
        return "<<<<<<<" not in path.read_text(encoding="utf-8")
    return False
