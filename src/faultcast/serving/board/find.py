"""Find machines in the store for the board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from faultcast.serving.board.risk import MachineAtRisk, by_risk, utc_now
from faultcast.serving.served import Served
from faultcast.serving.store.database import Database
from faultcast.serving.store.questions import courses, feedback_of, newest_forecasts

_LAST, _TREND = timedelta(days=30), timedelta(days=5)
FILTERS = ("plant", "model", "risk")


@dataclass(frozen=True)
class Chosen:
    """Which machines to show; an empty text takes all."""

    plant: str = ""
    model: str = ""
    risk: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Chosen:
        """Read the filters of a request."""
        return cls(**{name: query.get(name, "") for name in FILTERS})

    def take(self, machines: list[MachineAtRisk]) -> list[MachineAtRisk]:
        """Take the machines that were asked for."""
        return [
            one
            for one in machines
            if self.plant in ("", one.plant)
            and self.model in ("", one.model)
            and self.risk in ("", one.risk.value)
        ]


def machines_at_risk(served: Served, database: Database) -> list[MachineAtRisk]:
    """Return every machine with a forecast of the last month, ordered by risk.

    Raises:
        SQLAlchemyError: the store is down.
    """
    now = utc_now()
    feedback: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for mark in feedback_of(database):
        feedback.setdefault((mark["plant"], mark["machine"]), []).append(mark)
    went = courses(database, now - _TREND)
    found = []
    for row in newest_forecasts(database, now - _LAST):
        key, plant = (row["name"], row["machine"]), served.plants.get(row["name"])
        found.append(
            MachineAtRisk(
                row,
                plant.manifest if plant else None,
                now,
                went.get(key, ()),
                feedback.get(key, ()),
            )
        )
    return by_risk(found)
