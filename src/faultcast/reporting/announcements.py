"""Figure and tables of the failures: announced or not, and how many hours ahead."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from faultcast.config.plant import Plant
from faultcast.reporting.clock import local
from faultcast.reporting.picture import Picture, canvas, finish, house_style, legend_below
from faultcast.reporting.style import CHANCE, INK, colours_of
from faultcast.reporting.tables import MISSING, Table
from faultcast.reporting.wording import count, hours, worded

_ROW = 0.155


@house_style
def lead_times(plant: Plant, announced: pl.DataFrame) -> Picture:
    """Draw a bar from its first alarm to each failure; a cross where there was no alarm.

    Args:
        plant: the plant.
        announced: machine, component, time, lead_hours (null: no alarm), in_time.
    """
    ordered = announced.sort("lead_hours", "time", descending=[False, True], nulls_last=False)
    figure, axes = canvas(height=1.5 + max(_ROW * ordered.height, 1.2))
    place, rows = axes[0], np.arange(ordered.height)
    leads = ordered["lead_hours"].fill_null(0).to_numpy()
    for component, colour in colours_of(plant.components).items():
        chosen = (ordered["component"] == component).to_numpy()
        if chosen.any():
            bars = place.barh(rows[chosen], leads[chosen], height=0.72, color=colour)
            bars.set_label(worded(component))
    missed = ordered["lead_hours"].is_null().to_numpy()
    if missed.any():
        zero = np.zeros(int(missed.sum()))
        place.plot(zero, rows[missed], "x", color=INK, ms=5, clip_on=False, label="no alarm")
    lead, horizon = (t / timedelta(hours=1) for t in (plant.alarm.lead_time, plant.horizon))
    place.axvline(lead, color=CHANCE, ls="--", lw=1.2, label=f"{hours(lead)} are needed")
    place.set(xlim=(horizon, 0), ylim=(-0.8, max(ordered.height, 1) - 0.2))
    place.set_yticks(rows, ordered["machine"].to_list(), fontsize=6.5)
    place.set(xlabel="hours from the first alarm to the failure", ylabel="machine that failed")
    place.grid(visible=False, axis="y")
    legend_below(figure)
    return finish(figure, "lead_times", announced_finding(plant, announced), "A bar a failure.")


def announced_finding(plant: Plant, announced: pl.DataFrame) -> str:
    """Say how many failures were announced, how many in time, and how early in the median."""
    if announced.is_empty():
        return "No failure falls into these weeks"
    seen, in_time = (int(announced[column].sum()) for column in ("announced", "in_time"))
    lead = hours(plant.alarm.lead_time / timedelta(hours=1))
    text = (
        f"{seen} of {count(announced.height, 'failure')} were announced, "
        f"{in_time} at least {lead} ahead"
    )
    median = announced.select(pl.col("lead_hours").median()).item()
    return f"{text}; half of these alarms came {hours(median)} ahead or earlier" if seen else text


def component_table(plant: Plant, announced: pl.DataFrame) -> Table:
    """Count the announced failures of each component."""
    rows = [_counted(c, announced.filter(component=c)) for c in plant.components]
    rows.append(_counted("any component", announced))
    ahead = "Median hours ahead"
    lead = hours(plant.alarm.lead_time / timedelta(hours=1))
    frame = pl.DataFrame(rows, schema_overrides={ahead: pl.Float64}).rename(
        {"In time": f"At least {lead} ahead"}
    )
    return Table(frame, "", {ahead: "{:.1f}".format}, strong=("any component",))


def _counted(component: str, announced: pl.DataFrame) -> dict[str, object]:
    return {
        "Component": worded(component),
        "Failures": announced.height,
        "Announced": int(announced["announced"].sum()),
        "In time": int(announced["in_time"].sum()),
        "Median hours ahead": announced.select(pl.col("lead_hours").median()).item(),
    }


def missed_table(plant: Plant, announced: pl.DataFrame) -> Table:
    """List the failures that no alarm announced in time."""
    late = announced.filter(~pl.col("in_time")).sort("time", "machine")
    frame = late.select(
        pl.col("machine").alias("Machine"),
        pl.col("component").str.replace_all("_", " ", literal=True).alias("Component"),
        local(plant).dt.strftime("%Y-%m-%d %H:%M").alias("Failed at"),
        pl.col("lead_hours").alias("Hours ahead"),
    )
    if late.is_empty():
        return Table(frame, "Every failure was announced in time")
    caption = f"Failures without an alarm in time; {MISSING}: no alarm at all"
    return Table(frame, caption, {"Hours ahead": "{:.1f}".format})
