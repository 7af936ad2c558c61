"""`faultcast pipeline run`: at the same time what can be, and the same record as one by one."""

from __future__ import annotations

import os
import re
import signal
import subprocess

import pytest

from tests.integration.pipeline.project import PATIENCE, Project, until

# A step writes its output from its inputs; its behaviour is in the file `how/<step>.py`.
STEP = """\
import os, pathlib, sys, time
name, *inputs = sys.argv[1:]
with open("ran.log", "a") as log:
    log.write(f"begin {name}\\n")
how = pathlib.Path("how", f"{name}.py")
exec(how.read_text() if how.exists() else "")
text = name + "".join(pathlib.Path(one, "x").read_text() for one in inputs)
folder = pathlib.Path("data/interim", name)
folder.mkdir(parents=True, exist_ok=True)
(folder / "x").write_text(text)
with open("ran.log", "a") as log:
    log.write(f"end {name}\\n")
"""
NEEDS = {"a1": (), "a2": ("a1",), "b1": (), "b2": ("b1",), "c": ("a2", "b2")}
RUN = ("faultcast", "pipeline", "run")
MEET = """\
pathlib.Path({0!r}).touch()
for _ in range(2000):
    if pathlib.Path({1!r}).exists():
        break
    time.sleep(0.05)
else:
    sys.exit("alone")
"""
SLEEP = "pathlib.Path('asleep').touch(); time.sleep(600)"


@pytest.fixture
def project(project: Project) -> Project:
    lines = ["stages:"]
    for name, needed in NEEDS.items():
        folders = [f"data/interim/{one}" for one in needed]
        lines += [
            f"  {name}:",
            f"    cmd: python step.py {' '.join([name, *folders])}",
            "    deps:",
        ]
        lines += [f"    - {one}" for one in ("data/raw/mill", *folders)]
        lines += ["    outs:", f"    - data/interim/{name}:", "        persist: true"]
    project.write("dvc.yaml", "\n".join(lines) + "\n")
    project.write("step.py", STEP)
    return project


def ran(project: Project) -> list[str]:
    """Return the steps that began since the last look."""
    log = project.root / "ran.log"
    lines = log.read_text().splitlines() if log.exists() else []
    log.write_text("")
    return [line.split()[1] for line in lines if line.startswith("begin")]


def outcomes(text: str) -> dict[str, str]:
    """Return what the table at the end says of each stage."""
    words = "ran|unchanged|restored|failed|skipped|stopped"
    return dict(re.findall(rf"^([a-z]\w*) +({words})\b", text, re.M))


def test_the_record_is_that_of_a_serial_run(project: Project) -> None:
    serial = project.copy(project.root.parent / "serial")
    assert serial.run("dvc", "repro").code == 0
    # The order in which stages end is turned round: what begins first takes longest.
    for name, seconds in {"a1": 0.6, "a2": 0.4, "b1": 0.1, "b2": 0.1}.items():
        project.write(f"how/{name}.py", f"time.sleep({seconds})")
    ended = project.run(*RUN, "-j", "3")
    assert ended.code == 0, ended.text
    assert project.read("dvc.lock") == serial.read("dvc.lock")
    assert project.files("data/interim") == serial.files("data/interim")
    assert project.run("dvc", "status").text.strip() == "Data and pipelines are up to date."


def test_a_change_gives_the_record_of_a_serial_run_too(project: Project) -> None:
    assert project.run(*RUN).code == 0
    serial = project.copy(project.root.parent / "serial")
    for one in (project, serial):
        text = one.read("dvc.yaml").replace("python step.py b1", "python step.py  b1")
        more = "  d:\n    cmd: python step.py d\n    deps: [step.py]\n    outs: [data/interim/d]\n"
        one.write("dvc.yaml", f"{text}{more}")
    assert project.run(*RUN, "-j", "2").code == 0
    assert serial.run("dvc", "repro").code == 0
    assert project.read("dvc.lock") == serial.read("dvc.lock")


def test_independent_stages_run_at_the_same_time(project: Project) -> None:
    project.write("how/a1.py", MEET.format("a1.here", "b1.here"))
    project.write("how/b1.py", MEET.format("b1.here", "a1.here"))
    ended = project.run(*RUN, "-j", "2")
    assert ended.code == 0, ended.text


def test_no_more_stages_run_than_allowed(project: Project) -> None:
    for name in NEEDS:
        project.write(f"how/{name}.py", "time.sleep(0.2)")
    assert project.run(*RUN, "-j", "1").code == 0
    lines = project.read("ran.log").split()
    assert lines[::4] == ["begin"] * 5
    assert lines[2::4] == ["end"] * 5


def test_a_stage_waits_for_all_that_it_needs(project: Project) -> None:
    assert project.run(*RUN, "-j", "4").code == 0
    assert project.read("data/interim/c/x") == "ca2a1b2b1"


def test_a_failure_stops_only_what_depends_on_it(project: Project) -> None:
    project.write("how/a1.py", "sys.exit('faultcast: a1 is broken')")
    ended = project.run(*RUN, "-j", "2")
    assert ended.code == 1
    assert outcomes(ended.text) == {
        "a1": "failed",
        "a2": "skipped",
        "b1": "ran",
        "b2": "ran",
        "c": "skipped",
    }
    assert "a1 is broken" in ended.text
    assert "needs a1" in ended.text
    (project.root / "how/a1.py").unlink()
    ran(project)
    assert project.run(*RUN).code == 0
    assert sorted(ran(project)) == ["a1", "a2", "c"]


def test_the_exit_code_of_input_at_fault_is_passed_on(project: Project) -> None:
    project.write("how/a1.py", "sys.exit(2)")
    assert project.run(*RUN).code == 2


def test_targets_run_with_what_they_need(project: Project) -> None:
    ended = project.run(*RUN, "a2")
    assert ended.code == 0
    assert set(outcomes(ended.text)) == {"a1", "a2"}
    assert project.run(*RUN, "nothing").code != 0


def test_a_second_run_does_nothing_and_says_so(project: Project) -> None:
    assert project.run(*RUN).code == 0
    ran(project)
    lock = project.read("dvc.lock")
    ended = project.run(*RUN)
    assert ended.code == 0
    assert "Nothing to do: all 5 stages are up to date" in ended.text
    assert ran(project) == []
    assert project.read("dvc.lock") == lock


def test_what_dvc_ran_is_not_run_again_and_the_other_way_round(project: Project) -> None:
    assert project.run("dvc", "repro", "a2").code == 0
    ran(project)
    assert project.run(*RUN).code == 0
    assert sorted(ran(project)) == ["b1", "b2", "c"]
    assert "up to date" in project.run("dvc", "repro").text
    assert ran(project) == []


def test_input_that_changes_while_a_stage_runs_makes_it_run_again(project: Project) -> None:
    change = "open('data/raw/mill/telemetry.csv', 'a').write('4')"
    project.write("how/a1.py", f"if not os.path.exists('once'): {change}; open('once', 'w')")
    ended = project.run(*RUN, "a1")
    assert ended.code == 0
    assert "changed meanwhile" in ended.text
    assert outcomes(project.run(*RUN, "a1").text) == {"a1": "ran"}
    assert "Nothing to do" in project.run(*RUN, "a1").text


def test_a_missing_input_is_told_and_stops_only_what_depends_on_it(project: Project) -> None:
    text = project.read("dvc.yaml").replace(
        "b1\n    deps:\n    - data/raw/mill", "b1\n    deps:\n    - gone"
    )
    project.write("dvc.yaml", text)
    ended = project.run(*RUN)
    assert ended.code == 1
    assert "gone does not exist" in ended.text
    assert outcomes(ended.text)["a2"] == "ran"
    assert outcomes(ended.text)["c"] == "skipped"


def test_a_second_run_waits_and_is_told_for_whom(project: Project) -> None:
    project.write("how/a1.py", MEET.format("asleep", "go"))
    first = project.start(*RUN, "a1")
    until((project.root / "asleep").exists)
    second = project.start(*RUN, "a1", "b1")
    assert second.stdout
    line = second.stdout.readline()
    assert re.match(r"waiting: \S+'s `faultcast pipeline run a1` \(process \d+\) is at a1$", line)
    assert str(first.pid) in line
    project.write("go", "")
    assert first.communicate(timeout=PATIENCE)
    text, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0
    assert outcomes(text) == {"a1": "unchanged", "b1": "ran"}


def test_dvc_alone_is_told_that_a_stage_is_running(project: Project) -> None:
    project.write("how/a1.py", MEET.format("asleep", "go"))
    first = project.start(*RUN, "a1")
    until((project.root / "asleep").exists)
    ended = project.run("dvc", "repro", "a1")
    assert ended.code != 0
    assert "is busy" in ended.text
    assert f"(PID {first.pid})" in ended.text
    project.write("go", "")
    first.communicate(timeout=PATIENCE)
    assert first.returncode == 0


def test_a_run_waits_for_dvc_alone_and_takes_over_its_result(project: Project) -> None:
    project.write("how/a1.py", MEET.format("asleep", "go"))
    other = project.start("dvc", "repro", "a1")
    until((project.root / "asleep").exists)
    ours = project.start(*RUN, "a2")
    assert ours.stdout
    line = ours.stdout.readline()
    assert "waiting for another DVC process" in line
    project.write("go", "")
    assert other.wait(timeout=PATIENCE) == 0
    text, _ = ours.communicate(timeout=PATIENCE)
    other.communicate()
    assert ours.returncode == 0, text
    assert outcomes(text) == {"a1": "unchanged", "a2": "ran"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_ends_its_stages_and_says_what_became_of_them(
    project: Project, number: signal.Signals
) -> None:
    project.write("how/a1.py", SLEEP)
    project.write("how/b1.py", SLEEP)
    process = project.start(*RUN, "-j", "2")
    until((project.root / "asleep").exists)
    process.send_signal(number)
    text, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number
    assert outcomes(text)["a1"] == "stopped"
    assert outcomes(text)["c"] == "skipped"
    until(lambda: not project.processes())


@pytest.mark.parametrize("shell", ["sh", "bash"])  # not each gives way to its last command
def test_a_killed_run_takes_its_stages_along_and_the_next_one_works(
    project: Project, shell: str
) -> None:
    assert project.run(*RUN).code == 0
    before = project.files("data/interim")
    project.write("data/raw/mill/telemetry.csv", "changed")
    project.write("how/a1.py", SLEEP)
    project.write("how/b1.py", SLEEP)
    process = project.start(*RUN, "-j", "2", SHELL=f"/bin/{shell}")
    until((project.root / "asleep").exists)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    until(lambda: not project.processes())
    assert project.files("data/interim") == before
    for name in ("a1", "b1"):
        (project.root / f"how/{name}.py").unlink()
    ended = project.run(*RUN)
    assert ended.code == 0, ended.text
    assert set(outcomes(ended.text).values()) == {"ran"}


def test_marks_that_a_killed_process_wrote_by_half_are_no_obstacle(project: Project) -> None:
    project.write(".dvc/tmp/rwlock", '{"write": {"/a/b')
    ended = project.run(*RUN, "a1")
    assert ended.code == 0, ended.text


def test_experiments_of_dvc_keep_working(project: Project) -> None:
    assert project.run(*RUN).code == 0
    for words in (
        ("add", "."),
        ("-c", "user.name=T", "-c", "user.email=t@e.org", "commit", "-qm", "x"),
    ):
        subprocess.run(["git", *words], cwd=project.root, check=True, capture_output=True)
    ended = project.run("dvc", "exp", "run", GIT_AUTHOR_NAME="T", GIT_AUTHOR_EMAIL="t@e.org")
    assert ended.code == 0, ended.text
    assert "a1" in project.run("dvc", "dag").text
