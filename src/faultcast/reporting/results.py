"""What the belt found, a line a plant: the table that ends `make run`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from rich import box
from rich.table import Table

from faultcast.config.layout import Layout
from faultcast.data.canonical import TELEMETRY
from faultcast.errors import StageNotRunError

_COLUMNS = (
    "plant",
    "rows",
    "failures\nin test",
    "average precision\n(baseline, chance)",
    "announced\n/ in time",
    "false alarms /\nmachine-month",
)


@dataclass(frozen=True)
class Result:
    """A plant's telemetry rows, and `metrics.json` of its model on the test part."""

    plant: str
    rows: int
    metrics: dict[str, Any]
    report: Path

    @classmethod
    def read(cls, layout: Layout, plant: str) -> Result:
        """Read what ingest and evaluate wrote for a plant.

        Raises:
            StageNotRunError: one of them has not run yet.
        """
        report = layout.reports(plant) / "05_evaluate"
        metrics, telemetry = report / "metrics.json", layout.canonical(plant) / TELEMETRY
        for path, stage in ((telemetry, "ingest"), (metrics, "evaluate")):
            if not path.is_file():
                raise StageNotRunError(path, f"{stage}@{plant}")
        rows = pl.scan_parquet(telemetry).select(pl.len()).collect().item()
        content = json.loads(metrics.read_text(encoding="utf-8"))
        return cls(plant, rows, content, report / "05_evaluate.html")

    def cells(self) -> tuple[str, ...]:
        """Return the table's line."""
        machine, alarms = self.metrics["targets"]["machine"], self.metrics["alarms"]
        failures = alarms["failures"]
        model, baseline, chance = (
            machine[one]["average_precision"] for one in ("model", "baseline", "chance")
        )
        return (
            self.plant,
            f"{self.rows:,}",
            str(failures["count"]),
            f"{model:.3f} ({baseline:.3f}, {chance:.3f})",
            f"{failures['announced']} / {failures['in_time']}",
            f"{alarms['false_alarms']['per_machine_month']:.2f}",
        )


def result_table(results: Sequence[Result]) -> Table:
    """Put results into a table that fits 80 columns; all but the rows is of the test part."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column == "plant" else "right", no_wrap=True)
    for result in results:
        table.add_row(*result.cells())
    return table
