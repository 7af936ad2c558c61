"""From a plant's raw files to its canonical data: read, repair what may be repaired, check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.data.contract import Contract
from faultcast.data.findings import Findings
from faultcast.data.repairs import mend
from faultcast.data.rules import event_contract, machines_contract, telemetry_contract
from faultcast.data.sources import (
    ERROR,
    FAILURE,
    MACHINES,
    MAINTENANCE,
    TELEMETRY,
    Delivery,
    Source,
    read_sources,
    sources_of,
)
from faultcast.data.sufficiency import interval_fault, shortcomings
from faultcast.data.times import INSTANT
from faultcast.errors import ContractError

_KEYS = ("machine", "time")
_EVENT_COLUMNS = ("machine", "time", "kind", "code")
_YEAR = 365.25 * 86_400 * 1_000_000


@dataclass(frozen=True)
class Ingested:
    """A plant's canonical data, what was delivered for it and what was repaired in it."""

    canonical: Canonical
    delivery: Delivery
    findings: Findings


def ingest(plant: Plant, folder: Path, root: Path) -> Ingested:
    """Read a plant's raw files into canonical data.

    Args:
        plant: the plant.
        folder: its raw files.
        root: file names in messages are relative to it.

    Raises:
        ContractError: something breaks the contract that the plant's repairs do not cover.
    """
    findings = Findings()
    delivery = read_sources(plant, folder, root, findings)
    kept = repaired(plant, delivery, findings)
    telemetry, failures = kept.get(TELEMETRY), kept.get(FAILURE)
    if telemetry is not None and failures is not None and not findings.violations:
        place = folder.relative_to(root) if folder.is_relative_to(root) else folder
        findings.violations += interval_fault(plant, telemetry, place)
        findings.violations += shortcomings(plant, telemetry, failures, place)
    if telemetry is None or findings.violations:
        raise ContractError(plant.name, findings.violations)
    machines = _machines(telemetry, kept.get(MACHINES, _no_descriptions()))
    readings = telemetry.select(*_KEYS, *plant.telemetry.sensors)
    return Ingested(Canonical(readings, _events(kept), machines), delivery, findings)


def repaired(plant: Plant, delivery: Delivery, findings: Findings) -> dict[str, pl.DataFrame]:
    """Repair and check the records of each source, telemetry sorted by machine and time.

    Telemetry comes first, since events refer to it; without it nothing can be checked.
    """
    if TELEMETRY not in delivery.records:
        return {}
    kept: dict[str, pl.DataFrame] = {}
    for source in sources_of(plant):
        if source.kind in delivery.records:
            records, contract = delivery.records[source.kind], _contract(plant, source, kept)
            frame = mend(records, source.kind, contract, plant.repairs, findings)
            findings.violations += contract.violations(frame)
            kept[source.kind] = frame
    return kept | {TELEMETRY: kept[TELEMETRY].sort(_KEYS)}


def _contract(plant: Plant, source: Source, kept: dict[str, pl.DataFrame]) -> Contract:
    if source.kind == TELEMETRY:
        return telemetry_contract(plant)
    if source.kind == MACHINES:
        return machines_contract(source.headers)
    readings = kept[TELEMETRY]
    machines, end = readings["machine"].unique(), readings.select(pl.max("time")).item()
    return event_contract(plant, source.headers, machines, end)


def _no_descriptions() -> pl.DataFrame:
    return pl.DataFrame(schema={"machine": pl.String, "model": pl.String, "age": pl.Float64})


def _events(kept: dict[str, pl.DataFrame]) -> pl.DataFrame:
    kinds = [kept[kind] for kind in (ERROR, MAINTENANCE, FAILURE) if kind in kept]
    return pl.concat(kinds).select(_EVENT_COLUMNS).sort(_EVENT_COLUMNS)


def _machines(telemetry: pl.DataFrame, described: pl.DataFrame) -> pl.DataFrame:
    """Describe each machine of the telemetry; its age is the one when the telemetry starts."""
    age = pl.duration(microseconds=(pl.col("age") * _YEAR).round().cast(pl.Int64))
    installed = (pl.lit(telemetry["time"].min(), INSTANT) - age).cast(INSTANT)
    machines = telemetry.select(pl.col("machine").unique().sort())
    return machines.join(described, on="machine", how="left", maintain_order="left").select(
        "machine", "model", installed.alias("installed")
    )
