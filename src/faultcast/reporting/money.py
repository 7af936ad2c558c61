"""Figure and table of what the test weeks cost, with forecasts and without."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from faultcast.config.plant import Costs, Plant, Prices
from faultcast.modeling.alternatives import Alternatives
from faultcast.modeling.sensor_rule import SensorRule
from faultcast.reporting.picture import Picture, canvas, finish, house_style, legend_below
from faultcast.reporting.style import BLUE, ORANGE, VERMILLION
from faultcast.reporting.tables import Format, Table
from faultcast.reporting.wording import hours, listing, number, percent, worded

WAYS = {
    "run_to_failure": "run to failure",
    "fixed_interval": "fixed intervals",
    "sensor_rule": "rule on one sensor",
    "baseline": "baseline's alarms",
    "model": "model's alarms",
    "foresight": "every failure known",
}
_PRICED = (
    ("unplanned_failures", "unplanned_failure", VERMILLION, "unplanned failures"),
    ("planned_repairs", "planned_repair", BLUE, "planned repairs"),
    ("visits_in_vain", "visit_in_vain", ORANGE, "visits in vain"),
)


def prices(plant: Plant, compared: Alternatives) -> str:
    """Say what each thing costs, and how the alternatives were chosen."""
    costs = compared.costs
    told = (
        f"An unplanned failure costs {money(costs.unplanned_failure, costs)}, a planned repair "
        f"{money(costs.planned_repair, costs)}, a visit in vain {money(costs.visit_in_vain, costs)}"
    )
    if plant.costs is None:
        told += " (assumed: the plant's configuration names no `costs`)"
    ages = [
        f"{worded(component)} never" if age is None else f"{worded(component)} after {age} days"
        for component, age in compared.ages.items()
    ]
    return (
        f"{told}.\n\n- **Run to failure:** nobody looks; every failure is unplanned.\n"
        f"- **Fixed intervals:** components are replaced by age, at the age that was cheapest "
        f"before the test weeks: {listing(ages)}. Expected numbers, from how long components "
        "lived in the test weeks.\n"
        f"- **Rule on one sensor:** {_ruled(plant, compared.rule)}. Of all sensors, windows, "
        "directions and limits this was the cheapest before the test weeks, within the accepted "
        "false alarms.\n"
        "- **Every failure known** is the least that failures can cost."
    )


def _ruled(plant: Plant, rule: SensorRule) -> str:
    over = (
        "the last reading"
        if rule.window is None
        else f"the mean of {hours(rule.window / timedelta(hours=1))}"
    )
    unit = plant.telemetry.sensors[rule.sensor].unit
    side = "at least" if rule.above else "at most"
    return f"{worded(rule.sensor)}, {over}, is {side} {number(rule.limit, unit)}"


def money(amount: float, prices: Prices) -> str:
    """Write an amount with its currency: `EUR 12,300`; units where prices have none."""
    if isinstance(prices, Costs):
        return f"{prices.currency}\u00a0{amount:,.0f}"
    return number(amount, "units")


def cost_table(compared: Alternatives) -> Table:
    """Count and price failures, repairs and visits of each way."""
    costs, worst = compared.costs, compared.cost("run_to_failure")
    frame = pl.DataFrame(
        [
            {
                "Way": worded(WAYS[way]),
                "Unplanned": float(bill.unplanned_failures),
                "Planned": float(bill.planned_repairs),
                "In vain": float(bill.visits_in_vain),
                "Cost": compared.cost(way),
                "A machine-month": compared.cost(way) / compared.machine_months,
                "Saved": 1 - compared.cost(way) / worst if worst else None,
            }
            for way, bill in compared.bills.items()
        ],
        schema_overrides={"Saved": pl.Float64},
    )
    formats: dict[str, Format] = dict.fromkeys(("Unplanned", "Planned", "In vain"), _counted)
    formats |= dict.fromkeys(("Cost", "A machine-month"), lambda amount: money(amount, costs))
    caption = (
        "Unplanned failures, planned repairs and visits in vain of the test weeks, and their cost; "
        "saved against running to failure"
    )
    return Table(frame, caption, formats | {"Saved": percent}, {"Cost": worst}, (WAYS["model"],))


def _counted(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.1f}"


@house_style
def cost_bars(compared: Alternatives) -> Picture:
    """Draw a bar for each way, by what the money goes for."""
    figure, axes = canvas(height=3.4)
    place, rows = axes[0], np.arange(len(compared.bills))
    left = np.zeros(rows.size)
    unit, scale = "units", 1
    if isinstance(compared.costs, Costs):
        unit, scale = f"thousand {compared.costs.currency}", 1000
    for what, price, colour, label in _PRICED:
        each = getattr(compared.costs, price) / scale
        amounts = np.array([getattr(bill, what) * each for bill in compared.bills.values()])
        place.barh(rows, amounts, 0.66, left, color=colour, label=label)
        left += amounts
    place.set_yticks(rows, [WAYS[way] for way in compared.bills])
    place.invert_yaxis()
    place.grid(visible=False, axis="y")
    place.set_xlabel(f"cost of the test weeks ({unit})")
    legend_below(figure)
    return finish(figure, "costs", _finding(compared), "A bar a way to run the machines.")


def _finding(compared: Alternatives) -> str:
    others = [way for way in compared.bills if way not in ("baseline", "model", "foresight")]
    best = min(others, key=compared.cost)
    model, other = compared.cost("model"), compared.cost(best)
    if not other:
        return "No failure falls into these weeks, so that nothing could be saved"
    rest = f"than the best alternative, {WAYS[best]}"
    if model <= other:
        text = f"The model's alarms cost {percent(1 - model / other)} less {rest}"
    else:
        text = f"The model's alarms cost {percent(model / other - 1)} more {rest}"
    if compared.cost("baseline") < model:
        text += "; the baseline's cost still less"
    return text
