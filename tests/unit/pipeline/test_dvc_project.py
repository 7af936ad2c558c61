"""DVC's record of stages, with a test that plays their commands."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from faultcast.errors import StageError
from faultcast.pipeline.dvc_project import DvcProject, Work

# DVC's own use of a library of its own.
pytestmark = pytest.mark.filterwarnings("ignore:_NoneStep.value:DeprecationWarning")

STAGES = """\
stages:
  second:
    cmd: faultcast second
    deps: [data/interim/first]
    outs: [data/interim/second: {persist: true}]
  first:
    cmd:
    - faultcast first
    - faultcast more
    deps: [data/raw/mill]
    outs: [data/interim/first: {persist: true}]
"""


@pytest.fixture
def project(root: Path) -> Iterator[DvcProject]:
    (root / "dvc.yaml").write_text(STAGES)
    project = DvcProject(root, lambda _: None)
    yield project
    project.close()


def play(root: Path, name: str, text: str) -> None:
    """Write a stage's output, as its command would."""
    (root / "data/interim" / name).mkdir(parents=True, exist_ok=True)
    (root / "data/interim" / name / "x").write_text(text)


def run(project: DvcProject, stage: object, root: Path, text: str) -> bool:
    """Run a stage and return whether it was recorded as it is."""
    work = project.begin(stage)
    assert isinstance(work, Work)
    play(root, stage.name, text)  # type: ignore[attr-defined]
    return project.complete(stage, work)


def locked(root: Path) -> dict[str, object]:
    return dict(yaml.safe_load((root / "dvc.lock").read_text())["stages"])


def test_the_plan_is_in_the_order_in_which_stages_need_each_other(project: DvcProject) -> None:
    first, second = project.plan([])
    assert [one.addressing for one in (first, second)] == ["first", "second"]
    assert project.upstream(second) == [first]
    assert project.plan(["first"]) == [first]


def test_an_unknown_target_is_named(project: DvcProject) -> None:
    with pytest.raises(StageError, match="third"):
        project.plan(["third"])


def test_a_faulty_file_is_named(root: Path) -> None:
    (root / "dvc.yaml").write_text("stages:\n  a: {cmd: x, outs: [b], deps: [b]}\n")
    with pytest.raises(StageError, match=r"dvc\.yaml"):
        DvcProject(root, lambda _: None)


def test_a_recorded_stage_is_current_until_its_input_changes(
    project: DvcProject, root: Path
) -> None:
    first, second = project.plan([])
    assert not project.is_current(first)
    assert run(project, first, root, "1")
    assert run(project, second, root, "1")
    assert project.is_current(first)
    assert project.is_current(second)
    (root / "data/raw/mill/telemetry.csv").write_text("2\n")
    assert not project.is_current(first)
    assert project.is_current(second)


def test_every_line_of_a_command_is_run_with_dvcs_variables(project: DvcProject) -> None:
    work = project.begin(project.plan([])[0])
    assert work is not None
    assert [line[-1] for line in work.command.lines] == ["faultcast first", "faultcast more"]
    assert work.command.environment["DVC_STAGE"] == "first"


def test_an_equal_run_is_restored_although_outputs_persist(project: DvcProject, root: Path) -> None:
    first, _ = project.plan([])
    run(project, first, root, "from 1")
    before = (root / "dvc.lock").read_text()
    (root / "data/raw/mill/telemetry.csv").write_text("2\n")
    run(project, first, root, "from 2")
    (root / "data/raw/mill/telemetry.csv").write_text("1\n")
    assert project.begin(first) is None
    assert (root / "data/interim/first/x").read_text() == "from 1"
    assert (root / "dvc.lock").read_text() == before


def test_commands_of_others_may_read_what_persists_and_are_not_restored(root: Path) -> None:
    (root / "dvc.yaml").write_text(STAGES.replace("faultcast ", "make "))
    project = DvcProject(root, lambda _: None)
    first, _ = project.plan([])
    run(project, first, root, "from 1")
    (root / "data/raw/mill/telemetry.csv").write_text("2\n")
    run(project, first, root, "from 2")
    (root / "data/raw/mill/telemetry.csv").write_text("1\n")
    assert project.begin(first) is not None
    project.close()


def test_outputs_stay_while_a_stage_runs_and_after_it_failed(
    project: DvcProject, root: Path
) -> None:
    first, _ = project.plan([])
    run(project, first, root, "good")
    (root / "data/raw/mill/telemetry.csv").write_text("2\n")
    assert project.begin(first) is not None
    assert (root / "data/interim/first/x").read_text() == "good"
    project.abandon(first)
    following = DvcProject(root, lambda _: None)
    assert not following.is_current(following.plan([])[0])
    following.close()


def test_input_that_changes_meanwhile_is_recorded_as_it_was(
    project: DvcProject, root: Path
) -> None:
    first, _ = project.plan([])
    work = project.begin(first)
    assert work is not None
    play(root, "first", "from 1")
    (root / "data/raw/mill/telemetry.csv").write_text("2\n")
    assert not project.complete(first, work)
    assert not project.is_current(first)


def test_a_missing_input_is_named(project: DvcProject) -> None:
    with pytest.raises(StageError, match="data/interim/first does not exist"):
        project.begin(project.plan([])[1])


def test_a_missing_output_is_named(project: DvcProject) -> None:
    first, _ = project.plan([])
    work = project.begin(first)
    assert work is not None
    with pytest.raises(StageError, match="first"):
        project.complete(first, work)


def test_the_record_is_in_serial_order_whatever_ended_first(root: Path) -> None:
    names = ("a", "b", "c")
    stages = {
        name: {"cmd": f"make {name}", "deps": ["data/raw/mill"], "outs": [f"data/interim/{name}"]}
        for name in names
    }
    (root / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}))
    project = DvcProject(root, lambda _: None)
    plan = {stage.name: stage for stage in project.plan([])}
    order = list(plan)
    for name in reversed(order):
        run(project, plan[name], root, name)
    assert list(locked(root)) == order
    project.close()


def test_what_is_in_use_is_marked_for_other_processes(project: DvcProject, root: Path) -> None:
    first, _ = project.plan([])
    work = project.begin(first)
    assert work is not None
    marks = json.loads((root / ".dvc/tmp/rwlock").read_text())
    assert [Path(one).name for one in marks["write"]] == ["first"]
    assert [Path(one).name for one in marks["read"]] == ["mill"]
    assert marks["write"][str(root / "data/interim/first")]["pid"] == os.getpid()
    play(root, "first", "1")
    project.complete(first, work)
    project.close()
    assert not any(json.loads((root / ".dvc/tmp/rwlock").read_text()).values())


def test_another_process_is_waited_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "dvc.yaml").write_text(STAGES)
    said: list[str] = []
    project = DvcProject(root, said.append)
    first, _ = project.plan([])
    holder = {"pid": 1, "cmd": "dvc repro first"}
    marks = {"write": {str(root / "data/interim/first"): holder}, "read": {}}
    (root / ".dvc/tmp/rwlock").write_text(json.dumps(marks))

    def end(_: float) -> None:
        (root / ".dvc/tmp/rwlock").write_text("{}")

    monkeypatch.setattr("faultcast.pipeline.dvc_locks.sleep", end)
    assert not project.is_current(first)
    assert len(said) == 1
    assert "(PID 1): dvc repro first" in said[0]
    project.close()


def test_a_record_that_another_process_wrote_is_read_again(project: DvcProject, root: Path) -> None:
    first, _ = project.plan([])
    other = DvcProject(root, lambda _: None)
    run(other, other.plan([])[0], root, "1")
    other.close()
    assert project.is_current(first)


@pytest.mark.parametrize("torn", ["schema: '2.0'\nsta", "schema: '2.0'\nstages:\n  first:\n    c"])
def test_a_record_that_dvc_tore_is_put_back(project: DvcProject, root: Path, torn: str) -> None:
    run(project, project.plan([])[0], root, "1")
    before = (root / "dvc.lock").read_text()
    (root / "dvc.lock").write_text(torn)
    following = DvcProject(root, lambda _: None)
    assert (root / "dvc.lock").read_text() == before
    assert following.is_current(following.plan([])[0])
    following.close()


def test_a_record_in_an_unfinished_merge_is_left_alone(project: DvcProject, root: Path) -> None:
    run(project, project.plan([])[0], root, "1")
    text = f"<<<<<<< ours\n{(root / 'dvc.lock').read_text()}=======\n>>>>>>> theirs\n"
    (root / "dvc.lock").write_text(text)
    with pytest.raises(StageError):
        DvcProject(root, lambda _: None)
    assert (root / "dvc.lock").read_text() == text


def test_marks_written_by_half_are_removed(root: Path) -> None:
    (root / "dvc.yaml").write_text(STAGES)
    (root / ".dvc/tmp/rwlock").write_text('{"write": {"/a')
    DvcProject(root, lambda _: None).close()
    assert not (root / ".dvc/tmp/rwlock").exists()


def test_data_that_dvc_add_tracks_is_recorded_when_it_changed(root: Path) -> None:
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        repo.add(["data/raw/mill/telemetry.csv"])
    (root / "data/raw/mill/telemetry.csv").write_text("2\n")
    project = DvcProject(root, lambda _: None)
    (stage,) = project.plan(["data/raw/mill/telemetry.csv.dvc"])
    assert not project.is_current(stage)
    assert project.begin(stage) is None
    assert project.is_current(stage)
    project.close()
