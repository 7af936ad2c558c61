"""A machine on the board: how likely it fails, until when, why, and how fresh that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from faultcast.scoring.manifest import MACHINE, Manifest, probability_name

_BEFORE = "probability_"
_REASONS, _WORTH_TELLING = 3, 0.01
Course = Sequence[tuple[datetime, float]]


class Risk(StrEnum):
    """Whether the cost threshold calls for a visit."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True)
class MachineAtRisk:
    """The newest forecast of a machine.

    Args:
        stored: its row in the store.
        manifest: of the plant's model; None where that plant is not served any more.
        now: the time, UTC.
        course: the machine's probabilities of the last days, in order of time.
        feedback: what planners marked, newest first.
    """

    stored: Mapping[str, Any]
    manifest: Manifest | None
    now: datetime
    course: Course = ()
    feedback: Sequence[Mapping[str, Any]] = field(default=())

    @property
    def plant(self) -> str:
        """The plant's name."""
        return str(self.stored["name"])

    @property
    def plant_title(self) -> str:
        """The plant's title."""
        return self.manifest.title if self.manifest else self.plant

    @property
    def machine(self) -> str:
        """The machine's name."""
        return str(self.stored["machine"])

    @property
    def model(self) -> str | None:
        """The maker's model of the machine."""
        known = self.manifest.logs.machines.get(self.machine) if self.manifest else None
        return known.model if known else None

    @property
    def probability(self) -> float:
        """The probability that the machine fails within the horizon."""
        return float(self.stored["probability"] or 0)

    @property
    def threshold(self) -> float:
        """From which probability a visit pays."""
        return float(self.stored["threshold"] if self.stored["threshold"] is not None else 1)

    @property
    def risk(self) -> Risk:
        """The risk class."""
        return Risk.HIGH if self.probability >= self.threshold else Risk.LOW

    @property
    def components(self) -> list[tuple[str, float]]:
        """The components with their probabilities, the likeliest first."""
        told = self.stored["probabilities"]
        known = self.manifest.components if self.manifest else _components(told)
        found = [(name, told.get(probability_name(name))) for name in known]
        return sorted(
            ((name, value) for name, value in found if value is not None), key=lambda one: -one[1]
        )

    @property
    def component(self) -> str | None:
        """The component that most likely fails."""
        return self.components[0][0] if self.components else None

    @property
    def horizons(self) -> list[tuple[timedelta, float]]:
        """The machine's probability over every horizon, the shortest first."""
        if not self.manifest:
            return []
        told = self.stored["probabilities"]
        spans = [(self.manifest.horizon, probability_name(MACHINE))]
        spans += [(span, probability_name(MACHINE, span)) for span in self.manifest.horizons]
        return [(span, told[name]) for span, name in sorted(spans) if name in told]

    @property
    def horizon(self) -> timedelta | None:
        """How far ahead the forecast looks."""
        return self.manifest.horizon if self.manifest else None

    @property
    def time(self) -> datetime:
        """The moment from which the horizon runs."""
        time: datetime = self.stored["time"]
        return time

    @property
    def until(self) -> datetime | None:
        """The end of the horizon."""
        return self.time + self.horizon if self.horizon else None

    @property
    def lead_time(self) -> timedelta | None:
        """How long before a failure people must know of it."""
        return self.manifest.alarm.lead_time if self.manifest else None

    @property
    def alarm_since(self) -> datetime | None:
        """Since when every forecast of the last days has called for a visit."""
        since = None
        for time, value in reversed(self.course):
            if value < self.threshold:
                break
            since = time
        return since if self.risk is Risk.HIGH else None

    @property
    def reasons(self) -> list[tuple[str, float]]:
        """What raises the probability by a hundredth or more, the strongest first."""
        told = self.stored["contributions"]
        raising = [(source, added) for source, added in told if added >= _WORTH_TELLING]
        return [(source.replace("_", " "), added) for source, added in raising[:_REASONS]]

    @property
    def last_reading(self) -> datetime | None:
        """The newest reading that the forecast knew."""
        time: datetime | None = self.stored["last_reading"]
        return time

    @property
    def age(self) -> timedelta:
        """How old what is known of the machine is."""
        return max(timedelta(0), self.now - (self.last_reading or self.time))

    @property
    def is_old(self) -> bool:
        """Whether new readings or forecasts of the machine are overdue."""
        return self.age >= 2 * (self.manifest.logs.stride if self.manifest else timedelta(days=1))

    @property
    def zone(self) -> ZoneInfo:
        """The plant's time zone."""
        return ZoneInfo(self.manifest.logs.time_zone if self.manifest else "UTC")


def by_risk(machines: Sequence[MachineAtRisk]) -> list[MachineAtRisk]:
    """Order machines: those to visit first, then the others, the likeliest failure first."""
    return sorted(
        machines,
        key=lambda one: (one.risk is Risk.LOW, -one.probability, one.plant, one.machine),
    )


def utc_now() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


def _components(told: Mapping[str, float]) -> list[str]:
    names = (name.removeprefix(_BEFORE) for name in told)
    return [name for name in names if name != MACHINE and not name.startswith(f"{MACHINE}_")]
