"""Run stages at the same time, as far as they do not need each other."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from queue import SimpleQueue
from time import monotonic
from types import FrameType
from typing import Any, Protocol

from faultcast.errors import FaultcastError
from faultcast.pipeline import code_stage
from faultcast.pipeline.commands import RunningCommand
from faultcast.pipeline.dvc_project import DvcProject, Work
from faultcast.pipeline.lifeline import Lifeline


class Outcome(StrEnum):
    """What became of a stage."""

    RAN = "ran"
    CURRENT = "unchanged"
    RESTORED = "restored"
    FAILED = "failed"
    SKIPPED = "skipped"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Result:
    """What became of a stage, how long it took, and why where it did not end well."""

    stage: str
    outcome: Outcome
    seconds: float = 0.0
    reason: str = ""
    exit_code: int = 0


_LOST = {Outcome.FAILED, Outcome.SKIPPED, Outcome.STOPPED}


@dataclass(frozen=True)
class _Ended:
    stage: Any
    exit_code: int


@dataclass(frozen=True)
class _Signalled:
    number: signal.Signals


class Reporter(Protocol):
    """Who is told how far the stages are."""

    def started(self, stage: str) -> None:
        """Take note that a stage begins."""

    def line(self, stage: str, text: str) -> None:
        """Take note of a line that a stage printed; called from other threads."""

    def ended(self, result: Result) -> None:
        """Take note of what became of a stage."""


@dataclass(frozen=True)
class _Running:
    work: Work
    command: RunningCommand
    began: float


class Scheduler:
    """Runs the stages of a plan; DVC's state is touched by the calling thread alone."""

    def __init__(self, project: DvcProject, jobs: int, reporter: Reporter) -> None:
        """Take the project, how many stages may run at a time, and who is told."""
        self._project = project
        self._jobs = jobs
        self._reporter = reporter
        self._results: dict[Any, Result] = {}
        self._running: dict[Any, _Running] = {}
        self._events: SimpleQueue[_Ended | _Signalled] = SimpleQueue()
        self._lifeline = Lifeline()

    def run(self, plan: Sequence[Any], note: Callable[[Sequence[str]], None]) -> list[Result]:
        """Run what changed and return what became of each stage, in the plan's order.

        Args:
            plan: stages, each after those it needs.
            note: gets the names of the running stages whenever they change.
        """
        waiting = self._by_urgency(plan)
        with self._lifeline, self._signals():
            while waiting or self._running:
                waiting = [stage for stage in waiting if not self._settle_or_start(stage)]
                note([stage.addressing for stage in self._running])
                if not self._running:
                    continue
                event = self._events.get()
                if isinstance(event, _Signalled):
                    self._stop(waiting, event.number)
                    break
                self._finish(event)
        return [self._results[stage] for stage in plan]

    def _by_urgency(self, plan: Sequence[Any]) -> list[Any]:
        """Order stages by how many others stand behind them in a row, the longest row first."""
        behind = dict.fromkeys(plan, 0)
        for stage in reversed(plan):
            for needed in self._project.upstream(stage):
                behind[needed] = max(behind[needed], behind[stage] + 1)
        return sorted(plan, key=lambda stage: -behind[stage])

    def _settle_or_start(self, stage: Any) -> bool:
        """Start a stage or say why it need not or cannot run; False while it has to wait."""
        needed = self._project.upstream(stage)
        if any(one not in self._results for one in needed):
            return False
        if lost := [one for one in needed if self._results[one].outcome in _LOST]:
            self._settle(stage, Outcome.SKIPPED, reason=f"needs {lost[0].addressing}")
            return True
        if len(self._running) >= self._jobs:
            return False
        began = monotonic()
        try:
            if self._project.is_current(stage):
                self._settle(stage, Outcome.CURRENT)
            elif (work := self._project.begin(stage)) is None:
                self._settle(stage, Outcome.RESTORED, monotonic() - began)
            elif stage.cmd == code_stage.COMMAND:
                self._run_here(stage, work, began)
            else:
                self._start(stage, work, began)
        except FaultcastError as failure:
            self._settle(stage, Outcome.FAILED, reason=str(failure), exit_code=failure.exit_code)
        return True

    def _start(self, stage: Any, work: Work, began: float) -> None:
        name = stage.addressing
        self._reporter.started(name)
        command = RunningCommand(
            work.command,
            self._lifeline,
            on_line=lambda text: self._reporter.line(name, text),
            on_end=lambda code: self._events.put(_Ended(stage, code)),
        )
        self._running[stage] = _Running(work, command, began)

    def _finish(self, event: _Ended) -> None:
        done = self._running.pop(event.stage)
        if event.exit_code == 0:
            self._record(event.stage, done.work, done.began)
            return
        self._project.abandon(event.stage)
        seconds, reason = monotonic() - done.began, done.command.last_line
        self._settle(event.stage, Outcome.FAILED, seconds, reason, event.exit_code)

    def _run_here(self, stage: Any, work: Work, began: float) -> None:
        """Run the stage `code` without a process: that would take longer than the work."""
        self._reporter.started(stage.addressing)
        try:
            code_stage.run_code_stage(work.command.folder)
        except FaultcastError:
            self._project.abandon(stage)
            raise
        self._record(stage, work, began)

    def _record(self, stage: Any, work: Work, began: float) -> None:
        try:
            same = self._project.complete(stage, work)
        except FaultcastError as failure:
            self._project.abandon(stage)
            seconds = monotonic() - began
            self._settle(stage, Outcome.FAILED, seconds, str(failure), failure.exit_code)
        else:
            changed = "" if same else "what it reads changed meanwhile: it will run again"
            self._settle(stage, Outcome.RAN, monotonic() - began, changed)

    def _stop(self, waiting: Sequence[Any], number: signal.Signals) -> None:
        for running in self._running.values():
            running.command.ask_to_end()
        for stage, running in self._running.items():
            running.command.wait_for_end()
            self._project.abandon(stage)
            seconds = monotonic() - running.began
            self._settle(stage, Outcome.STOPPED, seconds, f"by {number.name}", 128 + number)
        for stage in waiting:
            self._settle(stage, Outcome.SKIPPED, reason=f"not begun: {number.name}")

    def _settle(
        self,
        stage: Any,
        outcome: Outcome,
        seconds: float = 0.0,
        reason: str = "",
        exit_code: int = 0,
    ) -> None:
        self._results[stage] = Result(stage.addressing, outcome, seconds, reason, exit_code)
        self._reporter.ended(self._results[stage])

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Let Ctrl-C and SIGTERM stop the stages between two steps, a second one at once."""

        def stop(number: int, _: FrameType | None) -> None:
            self._events.put(_Signalled(signal.Signals(number)))
            for one in earlier:
                signal.signal(one, signal.default_int_handler)

        earlier = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in earlier.items():
                signal.signal(one, handler)
