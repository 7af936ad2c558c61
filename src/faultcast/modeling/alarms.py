"""Alarms against failures: which failures were announced, which alarms were in vain.

A failure at f is announced when an alarm row (probability at or above the threshold) of its machine
stands at some t in [f - horizon, f); its lead is f - the first such t, and it is in time when the
lead is at least the plant's lead time. An episode is a run of a machine's consecutive alarm rows;
it is false when no failure of the machine falls in (first t, last t + horizon]. Planners visit the
machine when an episode begins, and again after each horizon that it lasts; a visit at t is in vain
when no failure falls in (t, t + horizon].
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from faultcast.config.plant import Costs, Plant

_MONTH = timedelta(days=30.4375)
_NEVER = np.iinfo(np.int64).max // 2
_PROBABILITY = "probability_machine"


@dataclass(frozen=True)
class AlarmTerms:
    """What counts as announced in time, what it costs, how much time a forecast row stands for."""

    horizon: timedelta
    lead_time: timedelta
    stride: timedelta
    costs: Costs | None = None

    @classmethod
    def of(cls, plant: Plant) -> Self:
        """Take the terms from a plant's configuration."""
        return cls(plant.horizon, plant.alarm.lead_time, plant.features.stride, plant.costs)


class AlarmLog:
    """The forecasts of a period beside the failures of its machines, for any threshold.

    Args:
        forecasts: `machine`, `time`, `probability_machine`.
        failures: `machine`, `time`, `component`; those of other periods may be among them.
        terms: horizon, lead time and stride.
    """

    def __init__(self, forecasts: pl.DataFrame, failures: pl.DataFrame, terms: AlarmTerms) -> None:
        self.terms = terms
        probability = pl.col(_PROBABILITY).cast(pl.Float64)
        self._rows = forecasts.select("machine", "time", probability).sort("machine", "time")
        self._all_failures = failures.select("machine", "component", "time")

    @property
    def probabilities(self) -> npt.NDArray[np.float64]:
        """The machine's probability of each row, sorted by machine and time."""
        return self._rows[_PROBABILITY].to_numpy()

    @property
    def machine_months(self) -> float:
        """The machine time that the rows stand for, in months of 30.4375 days."""
        return self._rows.height * (self.terms.stride / _MONTH)

    @cached_property
    def failures(self) -> pl.DataFrame:
        """The period's failures: machine, component, time; each could be announced in time."""
        first, last = pl.lit(self._rows["time"].min()), pl.lit(self._rows["time"].max())
        return self._all_failures.filter(
            pl.col("time") - self.terms.lead_time >= first,
            pl.col("time") <= last + self.terms.stride,
        ).sort("time", "machine", "component")

    def announcements(self, threshold: float) -> pl.DataFrame:
        """Tell of each failure of the period whether and when it was announced.

        Returns:
            machine, component, time, announced_at (null where it was not), lead_hours, announced,
            in_time; sorted by time.
        """
        alarms = self._before_failures.filter(pl.col(_PROBABILITY) >= threshold)
        first = alarms.group_by("failure").agg(pl.col("at").min().alias("announced_at"))
        found = self.failures.with_row_index("failure").join(
            first, on="failure", how="left", maintain_order="left"
        )
        lead = pl.col("time") - pl.col("announced_at")
        return found.drop("failure").with_columns(
            (lead.dt.total_seconds() / 3600).alias("lead_hours"),
            pl.col("announced_at").is_not_null().alias("announced"),
            (lead >= self.terms.lead_time).fill_null(False).alias("in_time"),
        )

    @cached_property
    def peaks(self) -> npt.NDArray[np.float64]:
        """Of each failure with forecasts before its lead time, the highest probability then."""
        early = self._before_failures.filter(pl.col("time") - pl.col("at") >= self.terms.lead_time)
        highest = early.group_by("failure").agg(pl.col(_PROBABILITY).max())
        return highest[_PROBABILITY].sort().to_numpy()

    def episodes(self, threshold: float) -> pl.DataFrame:
        """Return the alarm episodes: machine, first, last (times of rows), rows, false."""
        begins, ends = self._bounds(threshold)
        first, last = np.flatnonzero(begins), np.flatnonzero(ends)
        rows = self._rows.select("machine", "time")
        return pl.DataFrame(
            {
                "machine": rows["machine"].gather(first),
                "first": rows["time"].gather(first),
                "last": rows["time"].gather(last),
                "rows": last - first + 1,
                "false": self._in_vain(first, last),
            }
        )

    def count_false(self, threshold: float) -> int:
        """Count the false episodes."""
        begins, ends = self._bounds(threshold)
        return int(np.count_nonzero(self._in_vain(np.flatnonzero(begins), np.flatnonzero(ends))))

    def count_visits_in_vain(self, threshold: float) -> int:
        """Count the visits that no failure followed within the horizon."""
        begins, _ = self._bounds(threshold)
        alarm, row = self.probabilities >= threshold, np.arange(begins.size)
        began = np.maximum.accumulate(np.where(begins, row, 0))
        horizons = np.where(alarm, (self._times - self._times[began]) // self._horizon, -1)
        visits = np.flatnonzero(begins | (alarm & (np.diff(horizons, prepend=-1) > 0)))
        return int(np.count_nonzero(self.in_vain[visits]))

    @property
    def in_vain(self) -> npt.NDArray[np.bool_]:
        """Tell of each row whether no failure of its machine falls in (t, t + horizon]."""
        rows = np.arange(self._rows.height)
        return self._in_vain(rows, rows)

    def _bounds(self, threshold: float) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        alarm = self.probabilities >= threshold
        before, after = np.zeros_like(alarm), np.zeros_like(alarm)
        before[1:] = alarm[:-1] & ~self._begins_machine[1:]
        after[:-1] = alarm[1:] & ~self._begins_machine[1:]
        return alarm & ~before, alarm & ~after

    def _in_vain(
        self, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.bool_]:
        return self._next_failures[first] > self._times[last] + self._horizon

    @cached_property
    def _horizon(self) -> int:
        return self.terms.horizon // timedelta(microseconds=1)

    @cached_property
    def _begins_machine(self) -> npt.NDArray[np.bool_]:
        machine = self._rows["machine"]
        return machine.ne_missing(machine.shift(1)).to_numpy()

    @cached_property
    def _times(self) -> npt.NDArray[np.int64]:
        return self._rows["time"].dt.epoch("us").to_numpy()

    @cached_property
    def _next_failures(self) -> npt.NDArray[np.int64]:
        """Of each row, when its machine fails next, strictly after it."""
        failures = self._all_failures.select("machine", "time", pl.col("time").alias("fails"))
        coming = self._rows.join_asof(
            failures.sort("machine", "time"),
            on="time",
            by="machine",
            strategy="forward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        return coming["fails"].dt.epoch("us").fill_null(_NEVER).to_numpy()

    @cached_property
    def _before_failures(self) -> pl.DataFrame:
        """The rows in [f - horizon, f) of each failure: failure, time, at and probability."""
        rows = self._rows.rename({"time": "at"})
        pairs = self.failures.with_row_index("failure").join(rows, on="machine", how="inner")
        ahead = pl.col("time") - pl.col("at")
        return pairs.filter(ahead > timedelta(0), ahead <= self.terms.horizon)
