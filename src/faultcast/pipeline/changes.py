"""What changes in `dvc.yaml`, shown as a difference of lines."""

from __future__ import annotations

from difflib import unified_diff
from typing import TextIO

from faultcast.pipeline.pipeline_file import NAME

_COLOURS = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"}


def show_change(before: str, after: str, stream: TextIO) -> None:
    """Write the difference between two versions, in colour on a terminal."""
    if before == after:
        stream.write(f"{NAME}: nothing to change\n")
        return
    lines = unified_diff(
        before.splitlines(), after.splitlines(), NAME, NAME, lineterm="", n=1 if before else 0
    )
    for line in lines:
        colour = _COLOURS.get(line[:1], "") if stream.isatty() else ""
        stream.write(f"{colour}{line}\x1b[0m\n" if colour else f"{line}\n")
