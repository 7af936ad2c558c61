"""Figure and table of why machines are at risk: what each source adds to the forecast."""

from __future__ import annotations

import numpy as np
import polars as pl

from faultcast.reporting.picture import Picture, blank, canvas, finish, house_style, legend_below
from faultcast.reporting.style import BLUE, VERMILLION
from faultcast.reporting.tables import Table
from faultcast.reporting.wording import percent, worded
from faultcast.scoring.explanation import PREFIX, explain
from faultcast.scoring.forecaster import Forecaster

_NAMED = 3
_COLUMNS = 3
_SMALLEST = 0.005


def explain_risk(
    forecaster: Forecaster, at_risk: pl.DataFrame, table: pl.DataFrame
) -> pl.DataFrame:
    """Explain the forecasts of `at_risk` (machine, time) from their rows of the feature table."""
    rows = at_risk.select("machine", "time").join(
        table, on=["machine", "time"], how="left", maintain_order="left"
    )
    return explain(forecaster, rows)


def reason_table(explained: pl.DataFrame) -> Table:
    """List the sources that raise each machine's forecast most."""
    frame = pl.DataFrame(
        [
            {
                "Machine": row["machine"],
                "Probability": row["probability"],
                "If all were usual": row["background"],
                "What raises it, in percentage points": _told(row),
            }
            for row in explained.iter_rows(named=True)
        ]
    )
    caption = "All contributions of a machine add up to its probability"
    shares = dict.fromkeys(("Probability", "If all were usual"), percent)
    return Table(frame, caption, shares, {"Probability": 1.0})


def _told(row: dict[str, object]) -> str:
    raising = [(s, v) for s, v in _contributions(row) if v >= _SMALLEST][:_NAMED]
    return (
        ", ".join(f"{worded(source)} {100 * v:+.0f}" for source, v in raising) or "less than 1 each"
    )


def _contributions(row: dict[str, object]) -> list[tuple[str, float]]:
    """Return the sources and what they add, the largest first."""
    told = {n.removeprefix(PREFIX): float(str(v)) for n, v in row.items() if n.startswith(PREFIX)}
    return sorted(told.items(), key=lambda item: -item[1])


@house_style
def reasons(explained: pl.DataFrame) -> Picture:
    """Draw what each source adds to the forecast of each machine, a panel a machine.

    Args:
        explained: machine, probability, background and the contributions, from `explain_risk`.
    """
    columns = min(_COLUMNS, max(explained.height, 1))
    lines = -(-explained.height // columns)
    sources = sum(name.startswith(PREFIX) for name in explained.columns)
    height = 0.9 + lines * (0.9 + 0.2 * sources)
    figure, axes = canvas(lines, columns, height=height, sharex=True)
    for place, row in zip(axes, explained.iter_rows(named=True), strict=False):
        told = _contributions(row)
        values, places = np.array([100 * value for _, value in told]), np.arange(len(told))
        for chosen, colour, label in (
            (values >= 0, VERMILLION, "raises the probability"),
            (values < 0, BLUE, "lowers it"),
        ):
            place.barh(places[chosen], values[chosen], 0.7, color=colour, label=label)
        place.set_yticks(places, [worded(source) for source, _ in told], fontsize=8)
        place.invert_yaxis()
        place.grid(visible=False, axis="y")
        place.set_title(f"machine {row['machine']}: {percent(row['probability'])}", weight="bold")
        place.set_xlabel("contribution (percentage points)")
    blank(axes[explained.height :])
    legend_below(figure)
    description = "What each source adds to the probability, a panel a machine."
    return finish(figure, "reasons", _finding(explained), description)


def _finding(explained: pl.DataFrame) -> str:
    if explained.is_empty():
        return "No machine has a forecast"
    row = explained.row(0, named=True)
    source, value = _contributions(row)[0]
    return (
        f"Machine {row['machine']} stands at {percent(row['probability'])}, usual would be "
        f"{percent(row['background'])}: {worded(source)} adds {100 * value:.0f} points"
    )
