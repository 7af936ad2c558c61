"""The look of every figure: colours that colour-blind readers can tell apart, quiet axes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.dates import (
    AutoDateLocator,
    ConciseDateFormatter,
    DateFormatter,
    DayLocator,
    date2num,
)

# Okabe and Ito, "Color Universal Design", 2008.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
VERMILLION, SKY, YELLOW, BLACK = "#D55E00", "#56B4E9", "#F0E442", "#000000"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY, YELLOW, BLACK)

COMPARED, CHANCE = {"model": BLUE, "baseline": ORANGE}, "#8A8A8A"
NORMAL, BEFORE_FAILURE, ALARM = "#8A8A8A", VERMILLION, VERMILLION
INK, FAINT = "#222222", "#E3E3E3"
SEQUENTIAL = "Blues"

DPI = 130
_MACHINE_SPECIFIC = ("backend", "interactive", "toolbar", "webagg", "date.epoch")


def prefer_own_fonts() -> None:
    """Find the fonts that come with matplotlib before those of the machine.

    The list of a machine's fonts is kept for all installations together, may lack those of this
    one, and then other fonts and a warning get into figures.
    """
    fonts = font_manager.fontManager
    others = list(fonts.ttflist)
    fonts.ttflist.clear()
    for file in sorted(Path(mpl.get_data_path(), "fonts", "ttf").glob("*.ttf")):
        fonts.addfont(file)
    fonts.ttflist.extend(others)


prefer_own_fonts()

# Starts from matplotlib's own defaults, so that a reader's matplotlibrc changes no byte.
HOUSE = {
    **{
        key: value
        for key, value in mpl.rcParamsDefault.items()
        if not key.startswith(_MACHINE_SPECIFIC)
    },
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.08,
    "figure.titlesize": 12.5,
    "figure.titleweight": "bold",
    "font.size": 9.0,
    "text.color": INK,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.labelcolor": INK,
    "axes.edgecolor": "#9A9A9A",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.7,
}


def colours_of(names: Sequence[str]) -> dict[str, str]:
    """Give each name its colour, the same in every figure of a plant."""
    return {name: PALETTE[index % len(PALETTE)] for index, name in enumerate(names)}


# matplotlib.dates carries no types.
def place_of(moment: datetime) -> float:
    """Return where a moment lies on an axis of dates."""
    return float(date2num(moment))  # type: ignore[no-untyped-call]


def day_axis(axes: Axes, days: float) -> None:
    """Write about three days on the horizontal axis of a small panel."""
    axes.xaxis.set_major_locator(DayLocator(interval=max(round(days / 3), 1)))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter("%-d %b"))  # type: ignore[no-untyped-call]


def date_axis(axes: Axes) -> None:
    """Write the times of a horizontal axis without repeating the year and month."""
    locator = AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
    formatter = ConciseDateFormatter(locator)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)
