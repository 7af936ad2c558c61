"""Figure of the seasons: how sensors follow the hour, the weekday and the year."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.reporting.clock import local
from faultcast.reporting.overview import observed
from faultcast.reporting.picture import Picture, canvas, finish, house_style
from faultcast.reporting.style import BLUE, SKY, date_axis
from faultcast.reporting.wording import listing, sentence, worded

_NOTABLE = 0.3
_WEEKLY = timedelta(days=90)


@house_style
def seasons(plant: Plant, data: Canonical) -> Picture:
    """Show each sensor over the hours of a day, the days of a week and the whole record."""
    sensors = list(plant.telemetry.sensors)
    hours, weekdays = (_means(plant, data, part) for part in ("hour", "weekday"))
    every, course = _course(plant, data)
    spread = data.telemetry.select(pl.col(sensors).std()).row(0, named=True)
    height = 0.8 + 1.3 * len(sensors)
    widths = (1, 0.7, 2)
    figure, axes = canvas(
        len(sensors), 3, height=height, sharex="col", sharey="row", width_ratios=widths
    )
    for index, name in enumerate(sensors):
        day, week, record = axes[3 * index : 3 * index + 3]
        day.plot(hours["hour"].to_numpy(), hours[name].to_numpy(), color=BLUE)
        week.plot(weekdays["weekday"].to_numpy(), weekdays[name].to_numpy(), "o-", ms=3, color=BLUE)
        times, low, high = (course[c].to_numpy() for c in ("time", f"{name}_low", f"{name}_high"))
        record.fill_between(times, low, high, color=SKY, alpha=0.35, lw=0)
        record.plot(times, course[name].to_numpy(), color=BLUE)
        day.set_ylabel(f"{worded(name)}\n({plant.telemetry.sensors[name].unit})")
    axes[0].set_title("mean by hour")
    axes[1].set_title("mean by weekday")
    axes[2].set_title(f"median by {every}, with the middle 80 % of readings")
    axes[-3].set(xlabel=f"hour ({plant.time_zone})", xticks=range(0, 25, 6))
    axes[-2].set_xticks(range(1, 8), list("MTWTFSS"))
    axes[-2].set_xlabel("weekday")
    axes[-1].set_xlabel("date")
    date_axis(axes[-1])
    swings = {
        "time of day": _swings(hours, spread),
        "weekday": _swings(weekdays, spread),
        "time of year": _swings(course, spread),
    }
    return finish(figure, "seasons", _finding(swings), "Course of each sensor, in small panels.")


def _means(plant: Plant, data: Canonical, part: str) -> pl.DataFrame:
    sensors = list(plant.telemetry.sensors)
    group = getattr(local(plant).dt, part)().alias(part)
    return data.telemetry.group_by(group).agg(pl.col(sensors).mean()).sort(part)


def _course(plant: Plant, data: Canonical) -> tuple[str, pl.DataFrame]:
    """Return medians and deciles by day, in long records by week; first and last may be cut off."""
    start, end = observed(data)
    every, name = ("1w", "week") if end - start > _WEEKLY else ("1d", "day")
    readings = pl.col(list(plant.telemetry.sensors))
    groups = data.telemetry.group_by(local(plant).dt.truncate(every))
    course = groups.agg(
        pl.len(),
        readings.median(),
        readings.quantile(0.1).name.suffix("_low"),
        readings.quantile(0.9).name.suffix("_high"),
    )
    return name, course.filter(pl.col("len") > pl.col("len").max() / 2).sort("time")


def _swings(profile: pl.DataFrame, spread: dict[str, float | None]) -> dict[str, float]:
    """Return the height of each sensor's profile in standard deviations of its readings."""
    heights = profile.select(pl.col(s).max() - pl.col(s).min() for s in spread).row(0, named=True)
    return {s: (heights[s] or 0.0) / width if width else 0.0 for s, width in spread.items()}


def _finding(swings: dict[str, dict[str, float]]) -> str:
    """Name for each rhythm the sensors that swing by a third of their spread or more."""
    parts = []
    for rhythm, heights in swings.items():
        notable = sorted((s for s in heights if heights[s] >= _NOTABLE), key=lambda s: -heights[s])
        if notable:
            verb = "follows" if len(notable) == 1 else "follow"
            parts.append(f"{listing([worded(s) for s in notable[:2]])} {verb} the {rhythm} most")
    return sentence("; ".join(parts)) if parts else "No sensor follows the clock or the calendar"
