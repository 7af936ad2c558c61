"""Take out of an executed notebook what differs between two runs on the same data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from faultcast.pipeline.document import Notebook
from faultcast.pipeline.masks import Masks

_WIDGET = "application/vnd.jupyter.widget-view+json"
_OF_ONE_RUN = ("papermill", "execution", "ExecuteTime", "widgets", "signature")
# JupyterLab saves what the kernel is called on this computer, and the version of its Python.
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
_OVERWRITTEN = re.compile(r"^[^\n]*\r(?!\n)", re.MULTILINE)
_ERASED = re.compile(r"[^\n\b]\x08")


def normalise(notebook: Notebook, folders: Mapping[Path, str]) -> None:
    """Remove times, durations, random ids, addresses and absolute paths from a notebook's content.

    Args:
        notebook: its content is changed.
        folders: absolute folders and what stands for them, for example the project: `.`.
    """
    content = notebook.content
    content["metadata"] = {
        **_lasting(content["metadata"]),
        "kernelspec": _KERNEL,
        "language_info": _LANGUAGE,
    }
    masks = Masks(folders)
    for cell in content["cells"]:
        cell["metadata"] = _lasting(cell["metadata"])
        if cell["cell_type"] == "code":
            cell["outputs"] = [masks.apply(output) for output in _outputs(cell["outputs"])]


def _lasting(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in metadata.items() if key not in _OF_ONE_RUN}


def _outputs(outputs: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a cell's outputs; between two others, all that was printed is one output a stream.

    The streams reach the client in pieces whose number and order depend on timers.
    """
    for printed, group in groupby(outputs, key=lambda output: output["output_type"] == "stream"):
        if printed:
            yield from _streams(list(group))
        else:
            yield from (output for output in group if _WIDGET not in output.get("data", {}))


def _streams(pieces: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for name in ("stdout", "stderr"):
        text = _as_seen("".join(piece["text"] for piece in pieces if piece["name"] == name))
        if text:
            yield {"name": name, "output_type": "stream", "text": text}


def _as_seen(text: str) -> str:
    """Leave of a progress bar what a terminal shows in the end."""
    text = _OVERWRITTEN.sub("", text)
    while _ERASED.search(text):
        text = _ERASED.sub("", text)
    return text
