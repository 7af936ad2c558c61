"""What is remembered of a forecast, and where it goes: the joint to the prediction store."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from faultcast.scoring.plant_forecast import Records

if TYPE_CHECKING:
    from faultcast.serving.metrics import Metrics

# False while a self-test of this server is answered: its forecasts are of no machine.
RECORDED: ContextVar[bool] = ContextVar("recorded", default=True)


class ForecastRecord(NamedTuple):
    """One forecast of one machine, or one prediction of a case.

    Args:
        request_id: the answer's X-Request-ID.
        made_at: when it was made, UTC.
        kind: `plant` or `case`.
        name: the plant or the case.
        version: the model's version.
        machine: the machine; None for rows that name none.
        time: the moment from which the horizon runs, UTC.
        last_reading: the newest reading that the forecast knew; None for ready feature rows.
        inputs_sha256: hash of the model's input row as little-endian float32; of a case's row as
            JSON with sorted keys.
        probabilities: by output of the manifest, such as `probability_machine`.
        threshold: from which probability of the machine an alarm stands; None for cases.
        contributions: what each source of features (a sensor, the errors, the ages) adds to the
            machine's probability, the strongest first; empty for ready feature rows.
    """

    request_id: str
    made_at: datetime
    kind: str
    name: str
    version: str
    machine: str | None
    time: datetime
    last_reading: datetime | None
    inputs_sha256: str
    probabilities: dict[str, float]
    threshold: float | None
    contributions: tuple[tuple[str, float], ...] = ()


class PredictionSink(Protocol):
    """Takes records behind the answer."""

    def put(self, records: Iterable[ForecastRecord]) -> None:
        """Take records; returns at once and never raises."""

    def observe(self, plant: str, records: Records) -> None:
        """Take the readings and events that forecasts of a plant rest on; as `put` does."""

    def start(self, metrics: Metrics) -> None:
        """Begin, when the application does."""

    def stop(self) -> None:
        """End, when the application does."""


class NoSink:
    """Forgets every record."""

    def put(self, records: Iterable[ForecastRecord]) -> None:
        """Do nothing, nor let lazy records be made."""

    def observe(self, plant: str, records: Records) -> None:
        """Do nothing."""

    def start(self, metrics: Metrics) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""
