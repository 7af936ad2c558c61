"""Processes that end with the one that started them, also when that one is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from threading import Thread
from time import sleep

import psutil  # type: ignore[import-untyped]  # ships no types

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)  # looked up here: between fork and exec it could not be
_SECONDS_BETWEEN_LOOKS = 0.25
_SHELLS = {"sh", "bash", "dash", "zsh", "fish"}


def end_with_parent(parent: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Let the system send this process a signal when its parent ends; on Linux only.

    To be called between fork and exec.

    Args:
        parent: the parent's process id, taken before the fork: it may have ended since.
        number: the signal.
    """
    if not sys.platform.startswith("linux"):
        return
    if number != signal.SIGKILL:  # a handler of the parent's would swallow it until exec
        signal.signal(number, signal.SIG_DFL)
    _LIBC.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


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
