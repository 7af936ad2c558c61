"""What the terminal shows while stages run, and the table at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import TextIO

from faultcast.pipeline.scheduler import Outcome, Result

_COLOURS = {
    Outcome.RAN: "32",
    Outcome.RESTORED: "32",
    Outcome.FAILED: "31",
    Outcome.STOPPED: "31",
    Outcome.SKIPPED: "33",
    Outcome.CURRENT: "2",
}


class LineReporter:
    """A line for everything that happens, with the stage's name in front."""

    def __init__(self, stream: TextIO, width: int = 0) -> None:
        """Write to a stream; names take `width` columns."""
        self._stream = stream
        self._width = width
        self._lock = Lock()

    def say(self, text: str) -> None:
        """Show a message that belongs to no stage."""
        with self._lock:
            self._stream.write(f"{text}\n")
            self._stream.flush()

    def started(self, stage: str) -> None:
        """Show that a stage begins."""
        self.line(stage, "begins")

    def line(self, stage: str, text: str) -> None:
        """Show a line that a stage printed."""
        self._width = max(self._width, len(stage))
        self.say(f"{stage:<{self._width}} | {text}")

    def ended(self, result: Result) -> None:
        """Show what became of a stage, unless there was nothing to do."""
        if result.outcome is Outcome.CURRENT:
            return
        reason = f": {result.reason}" if result.reason else ""
        self.line(result.stage, f"{result.outcome} in {result.seconds:.1f} s{reason}")


def show_results(results: Sequence[Result], seconds: float, stream: TextIO) -> None:
    """Write a table of what became of each stage; a line where nothing had to run."""
    if all(result.outcome is Outcome.CURRENT for result in results):
        stream.write(
            f"Nothing to do: all {len(results)} stages are up to date ({seconds:.1f} s).\n"
        )
        return
    for line in _table(results, colour=stream.isatty()):
        stream.write(f"{line}\n")
    stream.write(f"{_counted(results)} in {seconds:.1f} s.\n")


def _table(results: Sequence[Result], *, colour: bool) -> Iterator[str]:
    width = max(len(result.stage) for result in results)
    yield ""
    yield f"{'stage':<{width}}  {'outcome':<9}  {'seconds':>7}"
    for result in results:
        outcome = f"{result.outcome:<9}"
        if colour:
            outcome = f"\x1b[{_COLOURS[result.outcome]}m{outcome}\x1b[0m"
        time = f"{result.seconds:>7.1f}" if result.seconds else f"{'':>7}"
        reason = result.reason.splitlines()[0] if result.reason else ""
        yield f"{result.stage:<{width}}  {outcome}  {time}  {reason}".rstrip()


def _counted(results: Sequence[Result]) -> str:
    counts = ((outcome, sum(one.outcome is outcome for one in results)) for outcome in Outcome)
    return ", ".join(f"{count} {outcome}" for outcome, count in counts if count)
