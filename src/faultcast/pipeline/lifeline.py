"""Processes that end with the one that started them, also when that one is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread
from time import sleep
from types import TracebackType

import psutil  # type: ignore[import-untyped]  # ships no types

from faultcast.pipeline import group_guard

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)  # looked up here: between fork and exec it could not be
_SECONDS_BETWEEN_LOOKS = 0.25
_SHELLS = {"sh", "bash", "dash", "zsh", "fish"}


class Lifeline:
    """Commands that end with this process, and all that they started with them.

    A signal from the system on the parent's death would reach a command's shell alone, and not
    every shell lets the last command take its place.
    """

    def __enter__(self) -> Lifeline:
        """Start the process that ends them."""
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", Path(group_guard.__file__)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,  # it must not hold open what this process prints to
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._guard.stdin
        self._line = self._guard.stdin.fileno()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what is left."""
        with self._guard:
            pass

    def join(self) -> None:
        """Let this process and its group end with its parent; called between fork and exec."""
        os.write(self._line, b"+%d\n" % os.getpid())

    def leave(self, process: int) -> None:
        """Take note that a process that joined has ended."""
        with suppress(BrokenPipeError):  # somebody ended the guard
            os.write(self._line, b"-%d\n" % process)


def end_with_parent(parent: int) -> None:
    """Let the system kill this process when its parent ends; on Linux only.

    To be called between fork and exec, or first thing in a program.

    Args:
        parent: the parent's process id, taken before the fork: it may have ended since.
    """
    if not sys.platform.startswith("linux"):
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def end_with_driver() -> None:
    """Send this process SIGTERM when the program that runs it ends, a shell in between or not.

    DVC starts a stage as `shell -c command`; killing DVC leaves the shell, and the command, alone.
    """
    driver = psutil.Process().parent()
    while driver is not None and driver.name() in _SHELLS:
        driver = driver.parent()
    if driver is not None:
        Thread(target=_follow, args=(driver,), daemon=True, name="lifeline").start()


def _follow(driver: psutil.Process) -> None:
    while driver.is_running() and driver.status() != psutil.STATUS_ZOMBIE:
        sleep(_SECONDS_BETWEEN_LOOKS)
    os.kill(os.getpid(), signal.SIGTERM)
