"""What a threshold means for planners: failures announced, hours ahead, visits in vain."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from sklearn.metrics import confusion_matrix

from faultcast.config.plant import Costs
from faultcast.modeling.alarms import AlarmLog
from faultcast.modeling.costs import Bill, alarm_bill
from faultcast.modeling.estimators import Labels


@dataclass(frozen=True)
class Confusion:
    """Rows by alarm (at or above the threshold) and truth (fails within the horizon)."""

    true_alarms: int
    false_alarms: int
    missed: int
    quiet: int


@dataclass(frozen=True)
class AlarmEvaluation:
    """The alarms of a period at one threshold.

    `failures`: machine, component, time, announced_at, lead_hours, announced, in_time.
    `episodes`: machine, first, last, rows, false.
    """

    threshold: float
    machine_months: float
    failures: pl.DataFrame
    episodes: pl.DataFrame
    confusion: Confusion
    bill: Bill
    costs: Costs | None = None

    @property
    def announced(self) -> int:
        """How many failures an alarm preceded."""
        return int(self.failures["announced"].sum())

    @property
    def in_time(self) -> int:
        """How many failures an alarm preceded by the plant's lead time or more."""
        return int(self.failures["in_time"].sum())

    @property
    def false_alarms(self) -> int:
        """How many alarm episodes no failure followed."""
        return int(self.episodes["false"].sum())

    @property
    def false_alarms_per_machine_month(self) -> float:
        """The rate of false episodes per month of machine time."""
        return self.false_alarms / self.machine_months

    @property
    def alarm_share(self) -> float:
        """The share of machine time under alarm, true or false."""
        confusion = self.confusion
        alarms = confusion.true_alarms + confusion.false_alarms
        return alarms / (alarms + confusion.missed + confusion.quiet)

    def metrics(self) -> dict[str, object]:
        """Return the numbers by name; lead times only where a failure was announced."""
        leads = self.failures["lead_hours"].drop_nulls()
        lead_hours = (
            {"shortest": leads.min(), "median": leads.median(), "longest": leads.max()}
            if leads.len()
            else {}
        )
        return {
            "threshold": self.threshold,
            "failures": {
                "count": self.failures.height,
                "announced": self.announced,
                "in_time": self.in_time,
            },
            "lead_hours": lead_hours,
            "false_alarms": {
                "count": self.false_alarms,
                "per_machine_month": self.false_alarms_per_machine_month,
            },
            "visits_in_vain": self.bill.visits_in_vain,
            "alarm_share": self.alarm_share,
            "confusion": vars(self.confusion),
            **self._cost(),
        }

    def _cost(self) -> dict[str, object]:
        if self.costs is None:
            return {}
        total = self.bill.cost(self.costs)
        return {"cost": {"total": total, "per_machine_month": total / self.machine_months}}


def evaluate_alarms(log: AlarmLog, threshold: float, failing: Labels) -> AlarmEvaluation:
    """Judge a threshold on a period.

    Args:
        log: the period's forecasts and failures.
        threshold: the machine's probability from which an alarm stands.
        failing: whether each row's machine fails within the horizon, sorted by machine and time.
    """
    alarm = log.probabilities >= threshold
    (quiet, false_alarms), (missed, true_alarms) = confusion_matrix(
        failing, alarm, labels=[False, True]
    )
    return AlarmEvaluation(
        threshold=threshold,
        machine_months=log.machine_months,
        failures=log.announcements(threshold),
        episodes=log.episodes(threshold),
        confusion=Confusion(int(true_alarms), int(false_alarms), int(missed), int(quiet)),
        bill=alarm_bill(log, threshold),
        costs=log.terms.costs,
    )
