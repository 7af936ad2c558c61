"""Figure and table of the slices: do the alarms hold for every machine model, age and month?"""

from __future__ import annotations

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from faultcast.config.plant import Plant
from faultcast.modeling.intervals import count_interval, share_interval
from faultcast.modeling.slices import ENOUGH
from faultcast.reporting.picture import Picture, canvas, finish, house_style, legend_below
from faultcast.reporting.style import BLUE, CHANCE, ORANGE
from faultcast.reporting.tables import Table
from faultcast.reporting.wording import count, listing, percent

_HEADINGS = {"model": "machine model", "age": "age", "month": "month"}


def slice_table(found: pl.DataFrame) -> Table:
    """Count failures and false alarms of each slice, with intervals of 95 %."""
    rows = found.to_dicts()
    frame = pl.DataFrame(
        {
            "Slice": [_named(row) for row in rows],
            "Machines": found["machines"],
            "In time": [f"{row['in_time']} of {row['failures']}" for row in rows],
            "Share in time": [_share(row) for row in rows],
            "False alarms": found["false_alarms"],
            "A machine-month": [
                f"{row['rate']:.2f} ({row['rate_low']:.2f} to {row['rate_high']:.2f})"
                for row in rows
            ],
        },
        schema_overrides=dict.fromkeys(("Slice", "In time", "Share in time"), pl.String),
    )
    caption = f"With intervals of 95 %; below {ENOUGH} failures nothing can be said of their share"
    return Table(frame, caption, right=("In time", "Share in time", "A machine-month"))


def _named(row: dict[str, object]) -> str:
    return f"{_HEADINGS[str(row['kind'])]}: {row['slice']}"


def _share(row: dict[str, float]) -> str:
    if row["failures"] < ENOUGH:
        return "too few"
    return f"{percent(row['share'])} ({percent(row['low'])} to {percent(row['high'])})"


@house_style
def slice_dots(plant: Plant, found: pl.DataFrame) -> Picture:
    """Draw share announced in time and false alarms of each slice, with their intervals.

    Args:
        plant: the plant.
        found: from `modeling.slices.slices`.
    """
    figure, axes = canvas(1, 2, height=1.5 + 0.23 * found.height, sharey=True)
    places = _places(found)
    _dots(axes[0], places, found, ("share", "low", "high"), 100)
    _dots(axes[1], places, found, ("rate", "rate_low", "rate_high"), 1)
    axes[1].axvline(
        plant.alarm.max_false_alarms, color=CHANCE, ls="--", lw=1.2, label="accepted false alarms"
    )
    axes[0].set_yticks(places, found["slice"].to_list(), fontsize=8)
    axes[0].set(xlim=(-2, 102), ylim=(float(places[-1]) + 0.7, -0.7))
    axes[0].set_xlabel("failures announced in time (%)")
    axes[1].set_xlim(0, None)
    axes[1].set_xlabel("false alarms per machine-month")
    for place in axes:
        place.grid(visible=False, axis="y")
    legend_below(figure)
    description = "A dot with its interval of 95 % for each machine model, age band and month."
    return finish(figure, "slices", slice_finding(found), description)


def _places(found: pl.DataFrame) -> np.ndarray:
    """Lay the slices below each other, with a gap before each kind but the first."""
    gaps = (found["kind"] != found["kind"].shift(1)).fill_null(value=False).cum_sum()
    return np.asarray(np.arange(found.height) + gaps.to_numpy(), dtype=float)


def _dots(
    axes: Axes, places: np.ndarray, found: pl.DataFrame, names: tuple[str, ...], scale: float
) -> None:
    enough = (found["failures"] >= ENOUGH).to_numpy()
    known = found[names[0]].is_not_null().to_numpy()
    is_share = names[0] == "share"
    groups = (
        (enough, BLUE, "95 % interval"),
        (~enough & known, ORANGE, f"fewer than {ENOUGH} failures: too few to tell"),
    )
    for chosen, colour, label in groups if is_share else ((known, BLUE, "95 % interval"),):
        if not chosen.any():
            continue
        middle, low, high = (scale * found[name].to_numpy()[chosen] for name in names)
        reach = np.vstack([middle - low, high - middle]).clip(0)
        axes.errorbar(
            middle, places[chosen], xerr=reach, fmt="o", ms=5, lw=1.4, color=colour, label=label
        )


def slice_finding(found: pl.DataFrame) -> str:
    """Say whether any slice with enough failures stands out from all others."""
    told = found.filter(pl.col("failures") >= ENOUGH)
    if told.is_empty():
        return "No slice holds enough failures to tell whether the alarms hold for it"
    behind = [_named(row) for row in told.iter_rows(named=True) if _is_behind(row, told)]
    few = found.height - told.height
    verb = "holds" if few == 1 else "hold"
    rest = f"; {count(few, 'slice')} {verb} too few failures to tell" if few else ""
    more = [_named(row) for row in found.iter_rows(named=True) if _cries_more(row, found)]
    if more:
        rest = f"; more false alarms for {listing(more)}{rest}"
    if behind:
        return f"Fewer failures are announced in time for {listing(behind)}{rest}"
    return f"No slice is clearly behind the others of its kind{rest}"


def _cries_more(row: dict[str, object], found: pl.DataFrame) -> bool:
    others = found.filter(pl.col("kind") == row["kind"], pl.col("slice") != row["slice"])
    if others.is_empty():
        return False
    _, most = count_interval(int(others["false_alarms"].sum()))
    return float(str(row["rate_low"])) > most / float(others["machine_months"].sum())


def _is_behind(row: dict[str, object], told: pl.DataFrame) -> bool:
    others = told.filter(pl.col("kind") == row["kind"], pl.col("slice") != row["slice"])
    failures = int(others["failures"].sum())
    if not failures:
        return False
    low, _ = share_interval(int(others["in_time"].sum()) / failures, failures)
    return float(str(row["high"])) < low
