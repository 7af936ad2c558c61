from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from faultcast.pipeline import group_guard

FOLLOW = "import os\nfrom faultcast.pipeline.lifeline import *\n{0}\n"
WAIT = "import os, time\nopen({0!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n"


def until(condition: Callable[[], object]) -> None:
    limit = monotonic() + 120
    while not condition():
        assert monotonic() < limit, "it did not happen"
        sleep(0.02)


def gone(process: int) -> bool:
    return not psutil.pid_exists(process) or psutil.Process(process).status() == "zombie"


def started(tmp_path: Path, call: str, shell: bool) -> tuple[int, int]:
    """Start a driver whose child follows it; return the processes of both."""
    note = tmp_path / "pid"
    (tmp_path / "child.py").write_text(FOLLOW.format(call) + WAIT.format(str(note)))
    child = f"{sys.executable} {tmp_path}/child.py"
    words = ["sh", "-c", f"{child}; true"] if shell else child.split()
    driver = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess; subprocess.run({words!r})"],
        start_new_session=True,
    )
    until(lambda: note.exists() and note.read_text())
    os.kill(driver.pid, signal.SIGKILL)
    driver.wait()
    return driver.pid, int(note.read_text())


@pytest.mark.parametrize(
    ("call", "shell"),
    [
        ("end_with_driver()", False),
        ("end_with_driver()", True),
        ("end_with_parent(os.getppid())", False),
    ],
)
def test_a_process_ends_with_the_one_that_started_it(
    tmp_path: Path, call: str, shell: bool
) -> None:
    if "parent" in call and not sys.platform.startswith("linux"):
        pytest.skip("a service of the Linux kernel")
    _, child = started(tmp_path, call, shell)
    until(lambda: gone(child))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a service of the Linux kernel")
def test_a_process_ends_also_when_its_parent_was_gone_before_it_asked() -> None:
    script = (
        "import os\nfrom faultcast.pipeline.lifeline import *\nend_with_parent(os.getppid() + 1)"
    )
    ended = subprocess.run([sys.executable, "-c", script])
    assert ended.returncode == -signal.SIGKILL


LIFELINE = """\
import subprocess, sys
from faultcast.pipeline.lifeline import Lifeline
with Lifeline() as lifeline:
    subprocess.run(sys.argv[1:], start_new_session=True, preexec_fn=lifeline.join)
"""


@pytest.mark.parametrize("words", ["{0}", "{0}; true", "sh -c '{0}; true'; true"])
def test_a_command_ends_with_the_process_that_holds_its_lifeline(
    tmp_path: Path, words: str
) -> None:
    note = tmp_path / "pid"
    (tmp_path / "child.py").write_text(WAIT.format(str(note)))
    command = words.format(f"{sys.executable} {tmp_path}/child.py")
    holder = subprocess.Popen([sys.executable, "-c", LIFELINE, "sh", "-c", command])
    until(lambda: note.exists() and note.read_text())
    holder.kill()
    holder.wait()
    until(lambda: gone(int(note.read_text())))


def test_a_group_that_does_not_end_when_asked_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_guard, "_SECONDS_TO_END", 0.1)
    script = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True)"
    deaf = subprocess.Popen(
        [sys.executable, "-c", f"{script}; time.sleep(600)"],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with deaf:
        assert deaf.stdout
        deaf.stdout.readline()
        group_guard.main([f"+{deaf.pid}\n"])
    assert deaf.returncode == -signal.SIGKILL


def test_a_group_that_has_ended_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(group_guard.os, "killpg", lambda group, _: ended.append(group))
    monkeypatch.setattr(group_guard, "_SECONDS_TO_END", 0)
    group_guard.main(["+7\n", "+8\n", "-7\n"])
    assert set(ended) == {8}
