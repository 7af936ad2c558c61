"""Lines that say how far a notebook is: a cell at a time, with its heading and how long it took."""

from __future__ import annotations

from typing import TextIO

from faultcast.pipeline.document import Cell


class CellLines:
    """A line for each cell; on a terminal it is there while the cell runs."""

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream."""
        self._stream = stream

    def started(self, cell: Cell, cells: int) -> None:
        """Show the cell that runs, where the line can be overwritten."""
        if self._stream.isatty():
            self._write(f"\r\x1b[2K{_label(cell, cells)} …")

    def ended(self, cell: Cell, cells: int, seconds: float) -> None:
        """Show how long the cell took."""
        start = "\r\x1b[2K" if self._stream.isatty() else ""
        self._write(f"{start}{_label(cell, cells)}  {seconds:.1f} s\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _label(cell: Cell, cells: int) -> str:
    return f"[{cell.number:>{len(str(cells))}}/{cells}] {cell.heading}"
