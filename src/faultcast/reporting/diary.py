"""Figure of the alarms over time: which machine cried when, and whether it was right."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from faultcast.config.plant import Plant
from faultcast.modeling.alarm_evaluation import AlarmEvaluation
from faultcast.reporting.clock import wall_clock
from faultcast.reporting.picture import Picture, canvas, finish, house_style, legend_below
from faultcast.reporting.style import BLUE, INK, ORANGE, date_axis, place_of
from faultcast.reporting.wording import count, in_order, number

_ROW = 0.17
_ALARMS = ((False, BLUE, "alarm before a failure"), (True, ORANGE, "false alarm"))
_FAILURES = ((True, "d", "failure"), (False, "x", "failure without an alarm"))


@house_style
def alarm_diary(plant: Plant, alarms: AlarmEvaluation) -> Picture:
    """Draw the alarms and failures of every machine that had any."""
    episodes, announced = alarms.episodes, alarms.failures
    machines = in_order({*episodes["machine"], *announced["machine"]})
    figure, axes = canvas(height=1.4 + _ROW * max(len(machines), 6))
    place, row = axes[0], {machine: index for index, machine in enumerate(machines)}
    for is_false, colour, label in _ALARMS:
        spans = (
            episodes.filter(pl.col("false") == is_false).select("machine", "first", "last").rows()
        )
        if spans:
            widths = [_width(plant, first, last) for _, first, last in spans]
            lefts = [_place(plant, first) for _, first, _ in spans]
            rows = [row[machine] for machine, *_ in spans]
            place.barh(rows, widths, 0.7, lefts, color=colour, label=label)
    for was_announced, mark, label in _FAILURES:
        failed = announced.filter(pl.col("announced") == was_announced)
        if failed.height:
            times = [_place(plant, time) for time in failed["time"]]
            rows = [row[machine] for machine in failed["machine"]]
            place.plot(times, rows, mark, color=INK, ms=4.5, label=label)
    place.set_yticks(range(len(machines)), machines, fontsize=7)
    place.set(ylim=(max(len(machines), 1) - 0.3, -0.7), ylabel="machine")
    place.set_xlabel(f"time ({plant.time_zone})")
    date_axis(place)
    legend_below(figure)
    description = "Alarms as bars and failures as marks, a row a machine."
    return finish(figure, "alarm_diary", _finding(alarms), description)


def _place(plant: Plant, moment: datetime) -> float:
    return place_of(wall_clock(plant, moment))


def _width(plant: Plant, first: datetime, last: datetime) -> float:
    """Return an alarm's length in days; a single row stands for one stride."""
    return (last - first + plant.features.stride) / timedelta(days=1)


def _finding(alarms: AlarmEvaluation) -> str:
    rate, watched = alarms.false_alarms_per_machine_month, alarms.machine_months
    return (
        f"{alarms.false_alarms} of {count(alarms.episodes.height, 'alarm')} were false: "
        f"{number(rate)} per machine-month, in {number(watched)} machine-months"
    )
