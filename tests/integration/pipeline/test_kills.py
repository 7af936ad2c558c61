"""Runs that are killed at random moments: no good output is lost, and the next run succeeds."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from time import sleep

import pytest

from tests.integration.pipeline.project import Project, until
from tests.unit.pipeline.notebooks import code, parameters, write_notebook

pytestmark = pytest.mark.timeout(900)
KILLS = 20
FILES = 4
WRITE = """\
import time
from pathlib import Path
version = Path("../data/raw/mill/version").read_text()
for number in range({files}):
    Path(f"../data/interim/first/{{number}}").write_text(version)
    time.sleep(0.05)
"""
COPY = """\
from pathlib import Path
for number in range({files}):
    text = Path(f"../data/interim/first/{{number}}").read_text()
    Path(f"../data/interim/second/{{number}}").write_text(text)
"""
RUNS = {"ours": ("faultcast", "pipeline", "run", "-j", "2"), "DVC's": ("dvc", "repro")}


@pytest.fixture
def project(project: Project) -> Project:
    project.write("data/raw/mill/version", "0")
    for name, source, needs in (
        ("first", WRITE, "data/raw/mill"),
        ("second", COPY, "data/interim/first"),
    ):
        cells = (parameters("plant = 'mill'"), code(source.format(files=FILES)))
        write_notebook(project.root / f"notebooks/{name}.ipynb", *cells)
        words = ("notebook", "stage", f"interim/{name}", f"notebooks/{name}.ipynb", "-d", needs)
        assert project.run("faultcast", *words, "--no-run").code == 0
    ended = project.run(*RUNS["ours"])
    assert ended.code == 0, ended.text
    return project


def versions(project: Project, name: str) -> set[str]:
    """Return the versions of the files of an output; more than one means that it is torn."""
    folder = project.root / "data/interim" / name
    assert sorted(one.name for one in folder.iterdir()) == [str(one) for one in range(FILES)]
    assert (project.root / f"reports/{name}/{name}.html").is_file()
    return {one.read_text() for one in folder.iterdir()}


# DVC writes these in place: killed in that instant, it leaves a torn file, and says so.
TORN = {
    "dvc.lock' validation failed": "dvc.lock",
    "Unable to read RWLock-file": ".dvc/tmp/rwlock",
}


def kill(process: subprocess.Popen[str], whole_group: bool) -> None:
    with suppress(ProcessLookupError):
        if whole_group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            os.kill(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("which", RUNS)
def test_killed_runs_lose_nothing_and_the_next_one_succeeds(project: Project, which: str) -> None:
    chance = random.Random(which)
    for version in range(1, KILLS // len(RUNS) + 1):
        project.write("data/raw/mill/version", str(version))
        process = project.start(*RUNS[which])
        sleep(chance.uniform(0.1, 4.0))
        kill(process, whole_group=chance.random() < 0.5)
        until(lambda: not project.processes())
        for name in ("first", "second"):
            assert versions(project, name) <= {str(version - 1), str(version)}
            assert len(versions(project, name)) == 1
        ended = project.run(*RUNS[which])
        for complaint, torn in TORN.items() if which == "DVC's" else ():
            if complaint in ended.text:
                (project.root / torn).unlink()
                ended = project.run(*RUNS[which])
        assert ended.code == 0, ended.text
        assert versions(project, "second") == {str(version)}
    assert project.run("dvc", "status").text.strip() == "Data and pipelines are up to date."
    assert [*Path(project.root, ".faultcast/runs").iterdir()] == []
