"""A notebook as it stands in its file: cells, tags, headings."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faultcast.errors import NotebookError
from faultcast.pipeline.hint import did_you_mean
from faultcast.pipeline.imports import lean_jupyter

PARAMETERS = "parameters"
INJECTED = "injected-parameters"

_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A code cell.

    Args:
        number: its number among the code cells, from 1.
        index: its place among all cells, from 0.
        heading: the last heading above it.
        source: its code.
        tags: as set in JupyterLab.
    """

    number: int
    index: int
    heading: str
    source: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Notebook:
    """A notebook's file and its content in Jupyter's format 4."""

    path: Path
    content: dict[str, Any]

    @property
    def title(self) -> str:
        """The first heading, or the file's name."""
        for cell in self.content["cells"]:
            if cell["cell_type"] == "markdown" and (found := _HEADING.search(cell["source"])):
                return plain(found[1])
        return self.path.stem

    @property
    def code_cells(self) -> tuple[Cell, ...]:
        """The cells that run, in their order; what an earlier execution injected is left out."""
        heading, cells = "", list[Cell]()
        for index, cell in enumerate(self.content["cells"]):
            source, tags = cell["source"], tags_of(cell)
            if cell["cell_type"] == "markdown" and (found := _HEADING.findall(source)):
                heading = plain(found[-1])
            elif cell["cell_type"] == "code" and source.strip() and INJECTED not in tags:
                name = "Parameters" if PARAMETERS in tags else heading or _first_line(source)
                cells.append(Cell(len(cells) + 1, index, name, source, tags))
        return tuple(cells)

    def to_json(self) -> str:
        """Return the file's text as Jupyter writes it."""
        with lean_jupyter():
            from nbformat import from_dict
            from nbformat.v4 import writes

        content = from_dict(self.content)  # type: ignore[no-untyped-call]  # nbformat is untyped
        return str(writes(content)) + "\n"  # type: ignore[no-untyped-call]


def read_notebook(path: Path) -> Notebook:
    """Read a notebook of Jupyter's format 4.

    Raises:
        NotebookError: no such file, not a notebook, an older format or not Python.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError):
        beside = (one.name for one in path.parent.glob("*.ipynb"))
        hint = did_you_mean(path.name, beside)
        raise NotebookError(path, f"there is no such file{hint}") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as broken:
        raise NotebookError(path, f"it is not a notebook, its JSON is broken: {broken}") from None
    if not isinstance(content, dict) or "cells" not in content or content.get("nbformat") != 4:
        raise NotebookError(
            path, "it is not a notebook of format 4; open it in JupyterLab and save it"
        )
    language = content.get("metadata", {}).get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise NotebookError(
            path, f"its language is {language}; only Python notebooks can be stages"
        )
    content["nbformat_minor"] = max(content.get("nbformat_minor", 0), 5)
    content.setdefault("metadata", {})
    for index, cell in enumerate(content["cells"]):
        cell.setdefault("metadata", {})
        cell.setdefault("id", f"cell-{index}")  # formats before 4.5 have none
        cell["source"] = _text(cell.get("source", ""))
    return Notebook(path, content)


def tags_of(cell: dict[str, Any]) -> tuple[str, ...]:
    """Return a cell's tags."""
    return tuple(cell.get("metadata", {}).get("tags", ()))


def plain(heading: str) -> str:
    """Return a Markdown heading without emphasis, code marks and links."""
    without_links = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[*`]", "", without_links).strip()


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _first_line(source: str) -> str:
    lines = [line for line in source.splitlines() if line.strip() and not line.startswith("#")]
    return (lines or source.splitlines())[0].strip()[:60]
