"""What a way of running machines costs: failures, planned repairs and visits in vain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faultcast.config.plant import Prices
from faultcast.modeling.alarms import AlarmLog


@dataclass(frozen=True)
class Bill:
    """How often what has a price happened in a period; expected numbers need not be whole."""

    unplanned_failures: float
    planned_repairs: float
    visits_in_vain: float = 0

    def cost(self, costs: Prices) -> float:
        """Return what all of it costs, in the unit of the prices."""
        return (
            self.unplanned_failures * costs.unplanned_failure
            + self.planned_repairs * costs.planned_repair
            + self.visits_in_vain * costs.visit_in_vain
        )


def alarm_bill(log: AlarmLog, threshold: float) -> Bill:
    """Bill the alarms of a period at one threshold.

    A failure announced in time is a planned repair, any other one an unplanned failure; a visit is
    in vain when no failure followed it.
    """
    in_time = int(np.count_nonzero(log.peaks >= threshold))
    return Bill(
        unplanned_failures=log.failures.height - in_time,
        planned_repairs=in_time,
        visits_in_vain=log.count_visits_in_vain(threshold),
    )


def run_to_failure(log: AlarmLog) -> Bill:
    """Bill a period in which nobody looks at any forecast: each failure is unplanned."""
    return Bill(unplanned_failures=log.failures.height, planned_repairs=0)
