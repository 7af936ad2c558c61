"""What the forecasts save: the cost of the test weeks with them and without them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.config.plant import Plant, Prices
from faultcast.data.canonical import Canonical, read_canonical
from faultcast.modeling.alarms import AlarmLog, AlarmTerms
from faultcast.modeling.costs import Bill, alarm_bill, run_to_failure
from faultcast.modeling.dataset import read_part
from faultcast.modeling.fixed_interval import Period, best_age, lives, replaced_at
from faultcast.modeling.sensor_rule import SensorRule, best_rule
from faultcast.scoring.forecaster import Forecaster

# Ratios that are common in maintenance, in units of half a planned repair.
ASSUMED = Prices(unplanned_failure=10, planned_repair=2, visit_in_vain=0.2)


@dataclass(frozen=True)
class Alternatives:
    """Ways to run the machines through the test weeks, and what each costs.

    `bills` are by way: run_to_failure, fixed_interval, sensor_rule, baseline, model and foresight
    (every failure known in advance). `ages` are those at which fixed intervals replace, in days;
    None: never. Whatever was chosen was chosen before the test weeks.
    """

    costs: Prices
    machine_months: float
    bills: dict[str, Bill]
    ages: dict[str, int | None]
    rule: SensorRule

    def cost(self, way: str) -> float:
        """Return what a way costs in all."""
        return self.bills[way].cost(self.costs)

    def metrics(self) -> dict[str, object]:
        """Return the costs by way, rounded to cents."""
        return {
            way: {
                "total": round(self.cost(way), 2),
                "per_machine_month": round(self.cost(way) / self.machine_months, 2),
                **{what: round(number, 2) for what, number in vars(bill).items()},
            }
            for way, bill in self.bills.items()
        }


def compare(layout: Layout, plant: str) -> Alternatives:
    """Compare a plant's model with running to failure, fixed intervals and a rule on one sensor.

    Raises:
        StageNotRunError: the dataset or the model is not there yet.
        ManifestError, ModelFileError: the model cannot be used.
    """
    settings, data = load_plant(layout, plant), read_canonical(layout, plant)
    costs, terms = settings.costs or ASSUMED, AlarmTerms.of(settings)
    train, validation, test = (
        read_part(layout, settings, part).frame for part in ("train", "validation", "test")
    )
    known, until = pl.concat([train, validation]), validation["time"].max()
    rule = best_rule(
        settings,
        known,
        data.failures.filter(pl.col("time") <= pl.lit(until) + settings.horizon),
        terms,
        costs,
    )
    ages = {
        component: best_age(lives(data.events, component, _period(known)), costs)
        for component in settings.components
    }
    folder = layout.model(plant)
    forecasters = {"model": Forecaster.load(folder), "baseline": Forecaster.load_baseline(folder)}
    logs = {
        name: AlarmLog(forecaster.forecast(test), data.failures, terms)
        for name, forecaster in forecasters.items()
    }
    log = logs["model"]
    alarms = {name: alarm_bill(logs[name], forecasters[name].threshold) for name in logs}
    bills = {
        "run_to_failure": run_to_failure(log),
        "fixed_interval": _fixed_interval(settings, data, ages, log, _period(test)),
        "sensor_rule": rule.bill(test, data.failures, terms),
        "baseline": alarms["baseline"],
        "model": alarms["model"],
        "foresight": Bill(unplanned_failures=0, planned_repairs=log.failures.height),
    }
    return Alternatives(costs, log.machine_months, bills, ages, rule)


def _period(rows: pl.DataFrame) -> Period:
    first, last = rows.select(pl.min("time"), pl.max("time").alias("last")).row(0)
    return first, last


def _fixed_interval(
    plant: Plant, data: Canonical, ages: dict[str, int | None], log: AlarmLog, period: Period
) -> Bill:
    """Bill what is to be expected of components that live as they did in the test weeks.

    Replacements take the place of those that the plant planned anyway, which are on no bill.
    """
    failures, repairs = 0.0, 0.0
    for component in plant.components:
        watched, age = lives(data.events, component, period), ages[component]
        if age is None or watched.is_empty():
            failures += log.failures.filter(component=component).height
        else:
            expected = replaced_at(watched, age)
            failures += expected.unplanned_failures
            repairs += max(0.0, expected.planned_repairs - int(watched["planned"].sum()))
    return Bill(failures, repairs)
