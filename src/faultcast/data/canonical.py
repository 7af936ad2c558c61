"""A plant's canonical data: what ingest writes and every later stage reads."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from faultcast.config.layout import Layout
from faultcast.errors import StageNotRunError

TELEMETRY, EVENTS, MACHINES = "telemetry.parquet", "events.parquet", "machines.parquet"


@dataclass(frozen=True)
class Canonical:
    """Three frames with the same machines and times in UTC.

    `telemetry`: machine, time and one column a sensor, missing readings null.
    `events`: machine, time, kind (error, maintenance or failure) and code.
    `machines`: machine, model and installed.
    """

    telemetry: pl.DataFrame
    events: pl.DataFrame
    machines: pl.DataFrame

    @property
    def failures(self) -> pl.DataFrame:
        """The failures: machine, time, component."""
        return self.of_kind("failure").rename({"code": "component"})

    def of_kind(self, kind: str) -> pl.DataFrame:
        """Return the events of one kind: machine, time, code."""
        return self.events.filter(pl.col("kind") == kind).drop("kind")


def read_canonical(layout: Layout, plant: str) -> Canonical:
    """Read a plant's canonical data.

    Raises:
        StageNotRunError: ingest has not written it yet.
    """
    folder = layout.canonical(plant)
    missing = [name for name in (TELEMETRY, EVENTS, MACHINES) if not (folder / name).is_file()]
    if missing:
        raise StageNotRunError(folder / missing[0], f"ingest@{plant}")
    return Canonical(*(pl.read_parquet(folder / name) for name in (TELEMETRY, EVENTS, MACHINES)))
