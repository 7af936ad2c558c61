"""The commands of stages as processes: their lines passed on, all ended when the run ends."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread

from faultcast.pipeline.lifeline import Lifeline
from faultcast.programs import search_path, start_and_listen

_SECONDS_TO_END = 10.0
_MESSAGE = "faultcast: "  # how a failure's message begins


@dataclass(frozen=True)
class Command:
    """What a stage runs: words of each command, one command after the other."""

    lines: Sequence[Sequence[str]]
    folder: Path
    environment: Mapping[str, str]


@dataclass
class RunningCommand:
    """A command that runs in the background and reports its end.

    Args:
        command: what runs.
        lifeline: ends it when this process is killed.
        on_line: gets every line that it prints.
        on_end: gets its exit code, in another thread.
    """

    command: Command
    lifeline: Lifeline
    on_line: Callable[[str], None]
    on_end: Callable[[int], None]
    last_line: str = ""
    _process: subprocess.Popen[str] | None = None
    _stopped: bool = False
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """Start it."""
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def ask_to_end(self) -> None:
        """Ask it, and all that it started, to end."""
        with self._lock:
            self._stopped = True
            if self._process:
                _signal_group(self._process, signal.SIGTERM)

    def wait_for_end(self) -> None:
        """Wait until it has ended; insist after some seconds."""
        self._thread.join(_SECONDS_TO_END)
        if self._process:
            _signal_group(self._process, signal.SIGKILL)
        self._thread.join()

    def _run(self) -> None:
        code = 0
        for line in self.command.lines:
            with self._lock:
                if code != 0 or self._stopped:
                    break
                self._process = self._start(line)
            with self._process as process:
                assert process.stdout
                for text in process.stdout:
                    self._pass_on(text.rstrip())
            self.lifeline.leave(process.pid)
            code = process.returncode
        self.on_end(code)

    def _pass_on(self, text: str) -> None:
        if text.startswith(_MESSAGE) or not self.last_line.startswith(_MESSAGE):
            self.last_line = text
        self.on_line(text)

    def _start(self, line: Sequence[str]) -> subprocess.Popen[str]:
        environment = self.command.environment
        return start_and_listen(
            line,
            self.command.folder,
            self.lifeline.join,
            {**environment, "PATH": search_path(environment)},
        )


def _signal_group(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # it has ended
        os.killpg(process.pid, number)
