"""A figure with its finding as title and a description for those who cannot see it."""

from __future__ import annotations

import base64
import textwrap
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from faultcast.files import replacing
from faultcast.reporting.style import DPI, HOUSE

house_style = mpl.rc_context(HOUSE)
_SHOWN_DPI = 92
_LETTERS_PER_INCH = 9.4


@dataclass(frozen=True)
class Picture:
    """What a report shows: the same drawing gives the same bytes."""

    name: str
    figure: Figure
    finding: str
    description: str

    @cached_property
    def png(self) -> bytes:
        """The drawing, at the resolution of dense screens."""
        buffer = BytesIO()
        with mpl.rc_context(HOUSE):
            self.figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
        return buffer.getvalue()

    @property
    def base64(self) -> str:
        """The drawing as text, for a page that needs no other file."""
        return base64.b64encode(self.png).decode("ascii")

    def save(self, path: Path) -> None:
        """Write the PNG file.

        Raises:
            DiskError: it could not be written.
        """
        with replacing(path) as draft:
            draft.write_bytes(self.png)

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, object]]:
        """Return the image for a notebook; the page takes `alt` from the metadata."""
        image = {"image/png": self.base64, "text/plain": repr(self)}
        width = round(self.figure.get_figwidth() * _SHOWN_DPI)
        return image, {"alt": self.text, "image/png": {"width": width}}

    @property
    def text(self) -> str:
        """What the picture says, for those who cannot see it."""
        return f"{self.finding}. {self.description}"

    def __repr__(self) -> str:
        return f"Picture: {self.text}"


def save_pictures(folder: Path, *pictures: Picture) -> None:
    """Write pictures as PNG files `<name>.png` in a folder.

    Raises:
        DiskError: one could not be written.
    """
    for picture in pictures:
        picture.save(folder / f"{picture.name}.png")


def canvas(
    rows: int = 1, columns: int = 1, *, width: float = 9.5, height: float = 3.6, **options: Any
) -> tuple[Figure, list[Axes]]:
    """Return a figure of `width` by `height` inches and its axes, row by row."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    grid = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, list(np.ravel(grid))


def finish(figure: Figure, name: str, finding: str, description: str) -> Picture:
    """Write the finding above the figure, as its title."""
    letters = int(figure.get_figwidth() * _LETTERS_PER_INCH)
    figure.suptitle(textwrap.fill(finding, letters), x=0.008, ha="left")
    return Picture(name, figure, finding, description)


def legend_below(figure: Figure) -> None:
    """Explain the colours once, below all places of the figure."""
    known: dict[str, Artist] = {}
    for place in figure.axes:
        for handle, label in zip(*place.get_legend_handles_labels(), strict=True):
            known.setdefault(label, handle)
    figure.legend(list(known.values()), list(known), loc="outside lower left", ncols=5)


def blank(axes: list[Axes]) -> None:
    """Empty the places of a grid that nothing was drawn in."""
    for place in axes:
        place.set_axis_off()
