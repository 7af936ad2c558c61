"""The named repairs: what ingest does with rows that break a rule whose repair the plant allows."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from faultcast.config.plant import Repair
from faultcast.data.contract import Contract, Rule
from faultcast.data.findings import Findings

_BLANKS = {Repair.NON_FINITE_TO_MISSING, Repair.OUT_OF_RANGE_TO_MISSING}


def mend(
    frame: pl.DataFrame, contract: Contract, allowed: Collection[Repair], findings: Findings
) -> pl.DataFrame:
    """Make the allowed repairs, in the order of the contract's rules, and note each."""
    for rule in contract.rules:
        if rule.repair and rule.repair in allowed:
            frame = _mended(frame, rule, rule.repair, findings)
    return frame


def _mended(frame: pl.DataFrame, rule: Rule, repair: Repair, findings: Findings) -> pl.DataFrame:
    broken = rule.broken(frame)
    if not broken.any():
        return frame
    findings.note_repair(repair, rule.header, frame.filter(broken))
    if repair is Repair.SORT:
        return frame.sort("machine", "time", maintain_order=True)
    if repair in _BLANKS and rule.column:
        return frame.with_columns(pl.when(~broken).then(pl.col(rule.column)).alias(rule.column))
    return frame.filter(~broken)
