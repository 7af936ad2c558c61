"""The named repairs: what ingest does with rows that break a rule whose repair the plant allows."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from faultcast.config.plant import Repair
from faultcast.data.contract import Contract, Rule
from faultcast.data.findings import Findings

_BLANKS = {Repair.NON_FINITE_TO_MISSING, Repair.OUT_OF_RANGE_TO_MISSING}

MEANINGS = {
    Repair.SORT: "rows out of the order of time: sorted",
    Repair.DROP_DUPLICATES: "rows that stand there already: dropped",
    Repair.KEEP_LAST: "rows that came again with other values: the last delivered is kept",
    Repair.NON_FINITE_TO_MISSING: "readings that are no finite number: now missing",
    Repair.OUT_OF_RANGE_TO_MISSING: "readings outside the sensor's range: now missing",
    Repair.DROP_UNKNOWN_MACHINES: "events of machines without telemetry: dropped",
    Repair.DROP_LATE_EVENTS: "events after the telemetry ends: dropped",
}


def mend(
    frame: pl.DataFrame,
    kind: str,
    contract: Contract,
    allowed: Collection[Repair],
    findings: Findings,
) -> pl.DataFrame:
    """Make the allowed repairs in records of a kind, in the order of the contract's rules."""
    for rule in contract.rules:
        if rule.repair and rule.repair in allowed:
            broken = rule.broken(frame)
            if broken.any():
                rows = frame.filter(broken)
                findings.note_repair(rule.repair, kind, rule.column, rule.header, rows)
                frame = _mended(frame, rule, broken)
    return frame


def _mended(frame: pl.DataFrame, rule: Rule, broken: pl.Series) -> pl.DataFrame:
    if rule.repair is Repair.SORT:
        return frame.sort("machine", "time", maintain_order=True)
    if rule.repair in _BLANKS and rule.column:
        return frame.with_columns(pl.when(~broken).then(pl.col(rule.column)).alias(rule.column))
    return frame.filter(~broken)
