"""Figure and table of the split: what is learned from, tuned on, and kept for the test."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.features.split import Parts
from faultcast.reporting.clock import local, wall_clock, written
from faultcast.reporting.picture import Picture, canvas, finish, house_style
from faultcast.reporting.style import BLUE, GREEN, INK, ORANGE, colours_of, date_axis, place_of
from faultcast.reporting.tables import Table
from faultcast.reporting.wording import count, hours, percent, worded

_COLOURS = {"train": BLUE, "validation": ORANGE, "test": GREEN}


def covered(plant: Plant, part: pl.DataFrame, data: Canonical) -> pl.DataFrame:
    """Return the failures that a part tells of: a row stands in [failure - horizon, failure)."""
    rows = part.select("machine", "time", pl.col("time").alias("row"))
    found = data.failures.sort("machine", "time").join_asof(
        rows,
        on="time",
        by="machine",
        tolerance=plant.horizon,
        allow_exact_matches=False,
        check_sortedness=False,
    )
    return found.filter(pl.col("row").is_not_null()).drop("row")


def summary(parts: Parts) -> str:
    """Say why there are gaps between the parts."""
    gap = parts.embargo / timedelta(hours=1)
    return (
        f"Between two parts lies an embargo of {hours(gap)}: the longest horizon plus the oldest "
        "reading that a row may use. So no reading and no failure is seen by two parts."
    )


def part_table(plant: Plant, parts: Parts, data: Canonical) -> Table:
    """Count what each part holds, a column a part."""
    columns = {name: _described(plant, part, data) for name, part in parts.items()}
    headings = list(columns["train"])
    texts = {name: list(values.values()) for name, values in columns.items()}
    return Table(pl.DataFrame({"Part": headings, **texts}), right=tuple(columns))


def _described(plant: Plant, part: pl.DataFrame, data: Canonical) -> dict[str, str]:
    failures = covered(plant, part, data)
    first, last = _ends(part)
    each = {f"– {worded(c)}": failures.filter(component=c).height for c in plant.components}
    return {
        "from": written(plant, first),
        "to": written(plant, last),
        "rows": f"{part.height:,}",
        "machines": str(part["machine"].n_unique()),
        "rows before a failure": percent(float(part["label_machine"].sum()) / part.height),
        "failures": str(failures.height),
        **{component: str(number) for component, number in each.items()},
    }


def _ends(part: pl.DataFrame) -> tuple[datetime, datetime]:
    first, last = part.select(pl.col("time").min(), pl.col("time").max().alias("last")).row(0)
    return first, last


@house_style
def timeline(plant: Plant, parts: Parts, data: Canonical) -> Picture:
    """Draw every failure over time, on the parts that see it."""
    figure, axes = canvas(height=1.3 + 0.42 * len(plant.components))
    place = axes[0]
    for name, part in parts.items():
        first, last = (place_of(wall_clock(plant, t)) for t in _ends(part))
        place.axvspan(first, last, color=_COLOURS[name], alpha=0.16, lw=0)
        place.text(
            (first + last) / 2, -0.95, name, ha="center", color=_COLOURS[name], weight="bold"
        )
    for row, (component, colour) in enumerate(colours_of(plant.components).items()):
        failed = data.failures.filter(component=component).select(local(plant))["time"].to_numpy()
        place.plot(failed, np.full(failed.size, row), "|", color=colour, ms=13, mew=1.6)
    place.set(yticks=range(len(plant.components)), ylim=(len(plant.components) - 0.4, -1.3))
    place.set_yticklabels([worded(c) for c in plant.components], color=INK)
    place.set_xlabel(f"time ({plant.time_zone}); every stroke is a failure")
    place.grid(visible=False, axis="y")
    date_axis(place)
    return finish(
        figure, "timeline", _finding(plant, parts, data), "Strokes of failures over three spans."
    )


def _finding(plant: Plant, parts: Parts, data: Canonical) -> str:
    seen = {name: covered(plant, part, data).height for name, part in parts.items()}
    return (
        f"The model learns from {count(seen['train'], 'failure')}, is tuned on "
        f"{seen['validation']} later ones and tested on {seen['test']} that nothing else has seen"
    )
