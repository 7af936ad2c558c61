"""Lines that say how far a notebook is: a cell at a time, with its heading and how long it took."""

from __future__ import annotations

from typing import TextIO

from faultcast.pipeline.document import Cell


class CellLines:
    """A line for each cell; on a terminal it is there while the cell runs."""

    def __init__(self, stream: TextIO, *, logs: bool = False) -> None:
        """Write to a stream; with `logs` also what cells print, each line with a bar before it."""
        self._stream = stream
        self._logs = logs
        self._unfinished = ""

    def started(self, cell: Cell, cells: int) -> None:
        """Show the cell that runs, where the line can be overwritten."""
        if self._stream.isatty():
            self._write(f"\r\x1b[2K{_label(cell, cells)} …")

    def ended(self, cell: Cell, cells: int, seconds: float) -> None:
        """Show how long the cell took."""
        if self._unfinished:
            self.printed("\n")
        self._line(f"{_label(cell, cells)}  {seconds:.1f} s")

    def printed(self, text: str) -> None:
        """Show complete lines, where that was asked for."""
        if self._logs:
            *lines, self._unfinished = (self._unfinished + text).split("\n")
            for line in lines:
                self._line(f"  | {line}")

    def _line(self, text: str) -> None:
        start = "\r\x1b[2K" if self._stream.isatty() else ""
        self._write(f"{start}{text}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _label(cell: Cell, cells: int) -> str:
    return f"[{cell.number:>{len(str(cells))}}/{cells}] {cell.heading}"
