"""Stand-ins for the random and local parts of a cell's output."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
# Only from where a path begins: a picture as text, with a stroke here and there, would take hours.
_CELL_FILE = re.compile(r"(?<![\w.-])(?:/[\w.-]+)*/ipykernel_\d+/\d+\.py")
_PAGES = ("text/html", "application/javascript", "image/svg+xml")
_BINARY = ("image/png", "image/jpeg", "image/gif", "application/pdf")

_RANDOM_IDS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Plotly and Bokeh name their elements by UUID, Altair by the digits of one.
    (
        re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
        "00000000-0000-4000-8000-{:012d}",
    ),
    (re.compile(r"\baltair-viz-[0-9a-f]{32}\b"), "altair-viz-{:032d}"),
    # Rows, columns and styles of a pandas Styler.
    (re.compile(r"\bT_[0-9a-f]{5}(?![0-9a-zA-Z])"), "T_{:05d}"),
)


class Masks:
    """Replaces the same text by the same stand-in, throughout a notebook."""

    def __init__(self, folders: Mapping[Path, str]) -> None:
        """Take absolute folders and what stands for them; the longest path wins."""
        self._folders = [
            (re.compile(re.escape(str(folder)) + r"(?![\w.-])"), stand_in.replace("\\", r"\\"))
            for folder, stand_in in sorted(folders.items(), key=lambda pair: -len(str(pair[0])))
        ]
        self._known: dict[str, str] = {}

    def apply(self, value: Any, mime: str = "text/plain") -> Any:
        """Return an output, or a part of one, with stand-ins in all its text."""
        if isinstance(value, str):
            return value if mime in _BINARY else self._text(value, mime)
        if isinstance(value, list):
            return [self.apply(one, mime) for one in value]
        if isinstance(value, dict):
            return {key: self.apply(one, key if "/" in key else mime) for key, one in value.items()}
        return value

    def _text(self, text: str, mime: str) -> str:
        for folder, stand_in in self._folders:
            text = folder.sub(stand_in, text)
        if "/ipykernel_" in text:  # the pattern is slow on pictures within pages
            text = _CELL_FILE.sub("<cell>", text)
        text = _ADDRESS.sub("at 0x…", text)
        if mime in _PAGES:
            for pattern, form in _RANDOM_IDS:
                text = pattern.sub(self._stand_in(form), text)
        return text

    def _stand_in(self, form: str) -> Callable[[re.Match[str]], str]:
        return lambda found: self._known.setdefault(found[0], form.format(len(self._known) + 1))
