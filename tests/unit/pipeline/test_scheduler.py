"""The order in which stages run, with a project that keeps no record."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from faultcast.errors import StageError
from faultcast.pipeline import code_stage
from faultcast.pipeline.commands import Command
from faultcast.pipeline.dvc_project import Work
from faultcast.pipeline.scheduler import Outcome, Result, Scheduler


@dataclass(frozen=True)
class Stage:
    addressing: str
    cmd: str = "true"


@dataclass
class Project:
    """Stages by the names of those they need; what is told of them is noted."""

    needs: Mapping[str, Sequence[str]]
    commands: Mapping[str, str] = field(default_factory=dict)
    current: set[str] = field(default_factory=set)
    restored: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def plan(self) -> list[Stage]:
        return [Stage(name, self.commands.get(name, "true")) for name in self.needs]

    def upstream(self, stage: Stage) -> list[Stage]:
        by_name = {one.addressing: one for one in self.plan()}
        return [by_name[name] for name in self.needs[stage.addressing]]

    def is_current(self, stage: Stage) -> bool:
        return stage.addressing in self.current

    def begin(self, stage: Stage) -> Work | None:
        if stage.addressing in self.broken:
            raise StageError(stage.addressing, "it is broken")
        if stage.addressing in self.restored:
            return None
        self.told.append(f"begin {stage.addressing}")
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        command = Command([("/bin/sh", "-c", stage.cmd)], Path.cwd(), os.environ)
        return Work(command, ())

    def complete(self, stage: Stage, _: Work) -> bool:
        self.at_once -= 1
        if stage.cmd == "echo unrecorded":
            raise StageError(stage.addressing, "an output is missing")
        self.told.append(f"complete {stage.addressing}")
        return stage.cmd != "echo changed"

    def abandon(self, stage: Stage) -> None:
        self.told.append(f"abandon {stage.addressing}")


@dataclass
class Reporter:
    lines: list[str] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)

    def started(self, stage: str) -> None:
        self.lines.append(f"{stage} begins")

    def line(self, stage: str, text: str) -> None:
        self.lines.append(f"{stage}: {text}")

    def ended(self, result: Result) -> None:
        self.results.append(result)


def run(
    project: Project, jobs: int = 2, reporter: Reporter | None = None, **more: Any
) -> dict[str, Result]:
    scheduler = Scheduler(project, jobs, reporter or Reporter())  # type: ignore[arg-type]
    note = more.get("note", lambda _: None)
    return {result.stage: result for result in scheduler.run(project.plan(), note)}


def outcomes(results: Mapping[str, Result]) -> dict[str, str]:
    return {name: str(result.outcome) for name, result in results.items()}


CHAIN = {"a": (), "b": ("a",), "c": ("b",)}


def test_a_stage_begins_when_all_that_it_needs_has_ended() -> None:
    project = Project(CHAIN)
    assert set(outcomes(run(project)).values()) == {"ran"}
    expected = [f"{what} {name}" for name in "abc" for what in ("begin", "complete")]
    assert project.told == expected


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_as_many_stages_run_as_are_allowed(jobs: int) -> None:
    names = ("a", "b", "c", "d")
    project = Project(dict.fromkeys(names, ()), dict.fromkeys(names, "sleep 0.1"))
    run(project, jobs)
    assert project.most_at_once == jobs


def test_the_longest_row_of_stages_begins_first() -> None:
    project = Project({"leaf": (), "a": (), "b": ("a",), "c": ("b",)})
    run(project, jobs=1)
    assert [one.removeprefix("begin ") for one in project.told if "begin" in one] == [
        "a",
        "b",
        "leaf",
        "c",
    ]


def test_what_is_current_or_restored_does_not_run() -> None:
    project = Project(CHAIN, current={"a"}, restored={"b"})
    assert outcomes(run(project)) == {"a": "unchanged", "b": "restored", "c": "ran"}
    assert project.told == ["begin c", "complete c"]


def test_a_failure_skips_only_what_depends_on_it() -> None:
    needs = {"a": (), "b": ("a",), "c": ("b",), "other": ()}
    project = Project(needs, {"a": "echo some words; echo faultcast: odd; echo more; exit 3"})
    results = run(project)
    assert outcomes(results) == {"a": "failed", "b": "skipped", "c": "skipped", "other": "ran"}
    assert (results["a"].reason, results["a"].exit_code) == ("faultcast: odd", 3)
    assert results["b"].reason == "needs a"
    assert "abandon a" in project.told


def test_without_a_message_the_last_line_is_the_reason() -> None:
    results = run(Project({"a": ()}, {"a": "echo one; echo two; exit 1"}))
    assert results["a"].reason == "two"


def test_a_stage_that_cannot_begin_fails() -> None:
    results = run(Project(CHAIN, broken={"a"}))
    assert outcomes(results) == {"a": "failed", "b": "skipped", "c": "skipped"}
    assert results["a"].reason == "a: it is broken"


def test_a_stage_that_cannot_be_recorded_fails() -> None:
    project = Project(CHAIN, {"a": "echo unrecorded"})
    results = run(project)
    assert outcomes(results) == {"a": "failed", "b": "skipped", "c": "skipped"}
    assert "an output is missing" in results["a"].reason
    assert project.told[-1] == "abandon a"


def test_a_stage_whose_input_changed_meanwhile_says_so() -> None:
    results = run(Project({"a": ()}, {"a": "echo changed"}))
    assert results["a"].outcome is Outcome.RAN
    assert "changed meanwhile" in results["a"].reason


def test_lines_are_passed_on_with_their_stage() -> None:
    reporter = Reporter()
    run(Project({"a": ()}, {"a": "echo one; echo two >&2"}), reporter=reporter)
    assert reporter.lines == ["a begins", "a: one", "a: two"]


def test_the_running_stages_are_noted() -> None:
    noted: list[list[str]] = []
    run(Project(CHAIN), note=lambda names: noted.append(list(names)))
    assert noted == [["a"], ["b"], ["c"]]


def test_the_code_stage_runs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Path] = []
    monkeypatch.setattr(code_stage, "run_code_stage", ran.append)
    assert outcomes(run(Project({"code": ()}, {"code": code_stage.COMMAND}))) == {"code": "ran"}
    assert ran == [Path.cwd()]


def test_a_code_stage_that_fails_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> None:
        raise StageError("code", "not covered")

    monkeypatch.setattr(code_stage, "run_code_stage", fail)
    project = Project({"code": (), "a": ("code",)}, {"code": code_stage.COMMAND})
    results = run(project)
    assert outcomes(results) == {"code": "failed", "a": "skipped"}
    assert project.told == ["begin code", "abandon code"]


def test_the_tools_of_this_python_come_first() -> None:
    reporter = Reporter()
    run(Project({"a": ()}, {"a": 'echo "${PATH%%:*}"'}), reporter=reporter)
    assert reporter.lines[1] == f"a: {Path(sys.executable).parent}"


@pytest.fixture
def interrupting(tmp_path: Path) -> str:
    """Return a command that interrupts this process and then takes its time."""
    return f"kill -INT {os.getpid()}; touch {tmp_path}/asleep; sleep 600"


def test_an_interrupt_stops_what_runs_and_skips_the_rest(interrupting: str) -> None:
    project = Project({"a": (), "b": (), "c": ("a",)}, {"a": interrupting, "b": "sleep 600"})
    results = run(project)
    assert outcomes(results) == {"a": "stopped", "b": "stopped", "c": "skipped"}
    assert {results[name].exit_code for name in "ab"} == {128 + signal.SIGINT}
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
