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

FOLLOW = "import os\nfrom faultcast.pipeline.lifeline import *\n{0}\n"
WAIT = "import os, time\nopen({0!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n"


def until(condition: Callable[[], object]) -> None:
    limit = monotonic() + 120
    while not condition():
        assert monotonic() < limit, "it did not happen"
        sleep(0.02)


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
    until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a service of the Linux kernel")
def test_a_process_ends_also_when_its_parent_was_gone_before_it_asked() -> None:
    script = (
        "import os\nfrom faultcast.pipeline.lifeline import *\nend_with_parent(os.getppid() + 1)"
    )
    ended = subprocess.run([sys.executable, "-c", script])
    assert ended.returncode == -signal.SIGKILL


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a service of the Linux kernel")
def test_a_handler_of_the_parent_does_not_swallow_the_signal_before_exec() -> None:
    script = """
import os, signal
from faultcast.pipeline.lifeline import *
signal.signal(signal.SIGTERM, lambda *_: None)
end_with_parent(os.getppid() + 1, signal.SIGTERM)
"""
    ended = subprocess.run([sys.executable, "-c", script])
    assert ended.returncode == -signal.SIGTERM
