"""A project's stages through DVC's own objects: their order, what changed, what is recorded."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faultcast.errors import StageError
from faultcast.pipeline.commands import Command
from faultcast.pipeline.dvc_locks import DvcLocks
from faultcast.pipeline.lock_file import LockFile, mend_lock_file

_OURS = "faultcast "


@dataclass(frozen=True)
class Work:
    """A stage that has to run: its command, and the digests of what it reads."""

    command: Command
    digests: tuple[Any, ...]


class DvcProject:
    """The stages of a checkout; for one thread, while it holds the checkout's lock."""

    def __init__(self, root: Path, say: Callable[[str], None]) -> None:
        """Load the project.

        Args:
            root: its folder; the working directory must be the same.
            say: gets messages while another DVC process is waited for.

        Raises:
            StageError: `dvc.yaml` has an error in it.
        """
        from dvc.exceptions import DvcException
        from dvc.repo import Repo

        logging.getLogger("dvc").setLevel(logging.ERROR)  # what it would tell is told here
        mend_lock_file(root)
        with _explained(DvcException, "dvc.yaml"):
            self._repo = Repo(os.fspath(root))
            self._locks = DvcLocks(self._repo, say)
            with self._locks.state():
                self._graph = self._repo.index.graph
        self._lock_file = LockFile(root, self._repo)
        self._error = DvcException

    def plan(self, targets: Sequence[str]) -> list[Any]:
        """Return the stages that targets need, themselves included, in DVC's serial order.

        Raises:
            StageError: a target is no stage.
        """
        from dvc.repo.reproduce import get_active_graph, plan_repro

        with _explained(self._error, " ".join(targets)), self._locks.state():
            wanted = [stage for one in targets for stage in self._repo.stage.collect(one)]
            self._graph = get_active_graph(self._graph)
            plan: list[Any] = plan_repro(self._graph, wanted)
        self._lock_file.order = [stage.addressing for stage in plan]
        return plan

    def upstream(self, stage: Any) -> list[Any]:
        """Return the stages whose outputs a stage reads."""
        return list(self._graph.successors(stage))

    def is_current(self, stage: Any) -> bool:
        """Whether nothing that a stage reads, runs or wrote has changed since it ran."""

        def look() -> bool:
            with self._locks.state():
                self._lock_file.refresh(stage)
                return not stage.changed()

        with _explained(self._error, stage.addressing):
            return self._locks.patiently(look)

    def begin(self, stage: Any) -> Work | None:
        """Prepare a stage to run; None where its outputs were restored from an earlier, equal run.

        Raises:
            StageError: something that it reads is missing.
        """
        for dependency in stage.deps:
            if not dependency.exists:
                fault = f"{dependency} does not exist, and no stage writes it"
                raise StageError(stage.addressing, fault)
        with _explained(self._error, stage.addressing):
            if self._locks.patiently(lambda: self._settled(stage)):
                return None
            with self._locks.state():
                stage.save_deps()
                self._locks.hold(stage)
        return Work(_command(stage), _digests(stage))

    def complete(self, stage: Any, work: Work) -> bool:
        """Record a stage that ended well; False where what it reads changed while it ran.

        Such a stage is recorded with what it began with, so that it runs again.

        Raises:
            StageError: an output is missing.
        """
        with _explained(self._error, stage.addressing), self._locks.state():
            stage.save(run_cache=False)
            same = _digests(stage) == work.digests
            if same:
                with _functional(stage):
                    self._repo.stage_cache.save(stage)
            stage.commit()
            for dependency, digest in zip(stage.deps, work.digests, strict=True):
                dependency.hash_info, dependency.meta = digest
            self._lock_file.record(stage)
        self._locks.release(stage)
        return same

    def abandon(self, stage: Any) -> None:
        """Take note that a stage did not end well."""
        self._locks.release(stage)

    def close(self) -> None:
        """Release all locks."""
        self._locks.close()
        self._repo.close()

    def _settled(self, stage: Any) -> bool:
        """Record a stage without running it: tracked data, or an earlier, equal run."""
        with self._locks.state():
            if not stage.cmd:  # what `dvc add` tracks
                stage.run()
                stage.dump(update_pipeline=False)
                return True
            stage.remove_outs(ignore_remove=False, force=False)
            if restored := self._restored(stage):
                stage.save(run_cache=False)
                stage.commit()
                self._lock_file.record(stage)
            return restored

    def _restored(self, stage: Any) -> bool:
        from dvc.stage.cache import RunCacheNotFoundError

        try:
            with _functional(stage):
                self._repo.stage_cache.restore(stage)
        except (RunCacheNotFoundError, self._error):
            return False
        return True


def _command(stage: Any) -> Command:
    from dvc.stage.run import get_executable, prepare_kwargs

    shell = get_executable() or "/bin/sh"
    environment = prepare_kwargs(stage)["env"]
    commands = [(shell, "-c", line) for line in _lines(stage)]
    return Command(commands, Path(stage.wdir), environment)


def _lines(stage: Any) -> list[str]:
    """Return a stage's commands: DVC has them as a list, or as lines."""
    return list(stage.cmd) if isinstance(stage.cmd, list) else stage.cmd.splitlines()


def _digests(stage: Any) -> tuple[Any, ...]:
    return tuple((dependency.hash_info, dependency.meta) for dependency in stage.deps)


@contextmanager
def _functional(stage: Any) -> Iterator[None]:
    """Let DVC's run cache serve a stage of ours although its outputs persist.

    DVC takes persistent outputs for inputs as well; ours persist only to outlive a failure.
    """
    ours = all(line.startswith(_OURS) for line in _lines(stage))
    persistent = [out for out in stage.outs if out.persist and ours]
    for out in persistent:
        out.persist = False
    try:
        yield
    finally:
        for out in persistent:
            out.persist = True


@contextmanager
def _explained(kind: type[Exception], place: str) -> Iterator[None]:
    try:
        yield
    except kind as failure:
        raise StageError(place, str(failure)) from failure
