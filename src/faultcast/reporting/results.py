"""What the belt found for the plants: the tables that end `make run`."""

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
from faultcast.config.load import load_plant
from faultcast.config.plant import Prices
from faultcast.data.canonical import TELEMETRY
from faultcast.errors import StageNotRunError
from faultcast.modeling.alternatives import ASSUMED
from faultcast.reporting.money import WAYS, money
from faultcast.reporting.wording import percent

_COLUMNS = (
    "plant",
    "rows",
    "failures\nin test",
    "average precision\n(baseline, chance)",
    "announced\n/ in time",
    "false alarms /\nmachine-month",
)
_ALTERNATIVES = ("run_to_failure", "fixed_interval", "sensor_rule")


@dataclass(frozen=True)
class Result:
    """A plant's telemetry rows, and what `metrics.json` says of its model on the test part.

    `bills` are the costs of the test weeks by way to run the machines.
    """

    plant: str
    rows: int
    metrics: dict[str, Any]
    bills: dict[str, dict[str, float]]
    costs: Prices
    reports: tuple[Path, ...]

    @classmethod
    def read(cls, layout: Layout, plant: str) -> Result:
        """Read what ingest, evaluate and planner wrote for a plant.

        Raises:
            StageNotRunError: one of them has not run yet.
        """
        telemetry = layout.canonical(plant) / TELEMETRY
        if not telemetry.is_file():
            raise StageNotRunError(telemetry, f"ingest@{plant}")
        folders = [layout.reports(plant) / name for name in ("05_evaluate", "06_planner")]
        return cls(
            plant,
            rows=pl.scan_parquet(telemetry).select(pl.len()).collect().item(),
            metrics=read_metrics(folders[0], f"evaluate@{plant}"),
            bills=read_metrics(folders[1], f"planner@{plant}")["costs"],
            costs=load_plant(layout, plant).costs or ASSUMED,
            reports=tuple(folder / f"{folder.name}.html" for folder in folders),
        )

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

    def cost_cells(self) -> tuple[str, ...]:
        """Return the line of the table of costs."""
        each = {way: bill["per_machine_month"] for way, bill in self.bills.items()}
        best = min(each[way] for way in _ALTERNATIVES)
        shown = (money(each[way], self.costs) for way in (*_ALTERNATIVES, "model"))
        return (self.plant, *shown, percent(1 - each["model"] / best) if best else "–")


def read_metrics(folder: Path, stage: str) -> dict[str, Any]:
    """Read the numbers that a stage left in its report's folder.

    Raises:
        StageNotRunError: it has not run yet.
    """
    path = folder / "metrics.json"
    if not path.is_file():
        raise StageNotRunError(path, stage)
    return dict(json.loads(path.read_text(encoding="utf-8")))


def result_table(results: Sequence[Result]) -> Table:
    """Put results into a table that fits 80 columns; all but the rows is of the test part."""
    return table_of(_COLUMNS, [result.cells() for result in results])


def cost_table(results: Sequence[Result]) -> Table:
    """Put what a machine-month of the test weeks costs into a table that fits 80 columns."""
    ways = (WAYS[way].replace(" ", "\n", 1) for way in (*_ALTERNATIVES, "model"))
    columns = ("plant", *ways, "saved against the\nbest alternative")
    return table_of(columns, [result.cost_cells() for result in results])


def table_of(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Put cells into a plain table: names at the left, numbers at the right."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
