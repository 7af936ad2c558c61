"""Figure and table of daily rounds: failures caught and visits in vain, for k machines a round."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from faultcast.config.plant import Plant
from faultcast.modeling.alarms import AlarmTerms
from faultcast.modeling.rounds import round_length
from faultcast.reporting.picture import Picture, canvas, finish, house_style, legend_below
from faultcast.reporting.style import BLUE, CHANCE, ORANGE, VERMILLION
from faultcast.reporting.tables import Table
from faultcast.reporting.wording import count, hours, percent

_LISTED = (1, 2, 3, 5, 8, 10, 15, 20, 30, 50)
_FEW = 3


def every(plant: Plant) -> str:
    """Say how often a round is made."""
    length = round_length(AlarmTerms.of(plant))
    return "day" if length == timedelta(days=1) else hours(length / timedelta(hours=1))


@house_style
def round_curves(plant: Plant, found: pl.DataFrame) -> Picture:
    """Draw what rounds to the k riskiest machines catch, and what they visit in vain.

    Args:
        plant: the plant.
        found: from `modeling.rounds.rounds`.
    """
    figure, axes = canvas(1, 2, height=3.5)
    k, failures = found["k"].to_numpy(), max(int(found["failures"][0]), 1)
    caught, in_time = (100 * found[name].to_numpy() / failures for name in ("caught", "in_time"))
    lead = hours(plant.alarm.lead_time / timedelta(hours=1))
    axes[0].plot(k, caught, "o-", ms=3, color=BLUE, label="caught")
    axes[0].plot(k, in_time, "o-", ms=3, color=ORANGE, label=f"caught at least {lead} ahead")
    axes[0].set(ylim=(-2, 102), ylabel="failures caught (%)")
    axes[0].set_title("what is found")
    axes[1].plot(k, found["visits_a_round"].to_numpy(), color=CHANCE, ls="--", label="all visits")
    in_vain = found["in_vain_a_round"].to_numpy()
    axes[1].plot(k, in_vain, "o-", ms=3, color=VERMILLION, label="visits in vain")
    axes[1].set(ylim=(0, None), ylabel="visits a round")
    axes[1].set_title("what it takes")
    for place in axes:
        place.set(xlim=(0, k[-1] + 0.5), xlabel="machines looked at in a round (k)")
    legend_below(figure)
    description = "Failures caught and visits in vain against the machines looked at in a round."
    return finish(figure, "rounds", _finding(plant, found), description)


def _finding(plant: Plant, found: pl.DataFrame) -> str:
    few = found.filter(pl.col("k") <= _FEW).row(-1, named=True)
    if not few["failures"]:
        return "No failure falls into these weeks"
    share = few["in_vain_a_round"] / few["visits_a_round"]
    return (
        f"Looking at the {count(few['k'], 'riskiest machine')} every {every(plant)} catches "
        f"{few['caught']} of {count(few['failures'], 'failure')}; {percent(share)} of the visits "
        "are in vain"
    )


def round_table(found: pl.DataFrame) -> Table:
    """List what some k catch and cost."""
    frame = found.filter(pl.col("k").is_in(_LISTED)).select(
        pl.col("k").alias("Machines a round"),
        pl.col("caught").alias("Failures caught"),
        pl.col("in_time").alias("Of them in time"),
        (pl.col("caught") / pl.col("failures")).fill_nan(None).alias("Share caught"),
        pl.col("in_vain_a_round").alias("Visits in vain a round"),
        (pl.col("in_vain_a_round") / pl.col("visits_a_round")).alias("Share in vain"),
    )
    shares = dict.fromkeys(("Share caught", "Share in vain"), percent)
    formats = {"Visits in vain a round": "{:.1f}".format, **shares}
    return Table(frame, "Rounds to the machines at highest risk", formats, {"Share caught": 1.0})
