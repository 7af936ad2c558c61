"""What the planner's report leaves for machines to read: metrics.json and the data of its plots."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from faultcast.files import replacing
from faultcast.modeling.alternatives import Alternatives

_ROUNDS = (1, 3, 5, 10)
_DIGITS = 6


def write_planner_metrics(folder: Path, compared: Alternatives, found: pl.DataFrame) -> None:
    """Write `metrics.json`: the cost of each way, and what rounds to 1, 3, 5 and 10 machines find.

    Raises:
        DiskError: it could not be written.
    """
    numbers = {
        str(row["k"]): {name: round(value, _DIGITS) for name, value in row.items() if name != "k"}
        for row in found.filter(pl.col("k").is_in(_ROUNDS)).iter_rows(named=True)
    }
    content = {"costs": compared.metrics(), "rounds": numbers}
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    with replacing(folder / "metrics.json") as draft:
        draft.write_text(f"{text}\n", encoding="utf-8")
