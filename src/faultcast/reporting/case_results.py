"""What the belt found for the cases: the second part of what ends `make run`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from faultcast.config.layout import Layout
from faultcast.reporting.results import read_metrics, table_of

_COLUMNS = (
    "case",
    "rows",
    "cross-validated\naccuracy, ROC AUC",
    "accuracy in test\n(baseline, chance)",
    "ROC AUC in test\n(baseline)",
)


@dataclass(frozen=True)
class CaseResult:
    """What `metrics.json` says of a case's model."""

    case: str
    metrics: dict[str, Any]
    report: Path

    @classmethod
    def read(cls, layout: Layout, case: str) -> CaseResult:
        """Read what case_evaluate wrote for a case.

        Raises:
            StageNotRunError: it has not run yet.
        """
        folder = layout.reports(case) / "13_case_evaluate"
        metrics = read_metrics(folder, f"case_evaluate@{case}")
        return cls(case, metrics, folder / f"{folder.name}.html")

    def cells(self) -> tuple[str, ...]:
        """Return the table's line."""
        validated, test = self.metrics["cross_validated"]["model"], self.metrics["test"]
        accuracy, area = (
            {who: scores[name] for who, scores in test.items()} for name in ("accuracy", "roc_auc")
        )
        return (
            self.case,
            f"{sum(self.metrics['rows'].values()):,}",
            f"{validated['accuracy']:.3f}, {validated['roc_auc']:.3f}",
            f"{accuracy['model']:.3f} ({accuracy['baseline']:.3f}, {accuracy['chance']:.3f})",
            f"{area['model']:.3f} ({area['baseline']:.3f})",
        )


def case_table(results: Sequence[CaseResult]) -> Table:
    """Put the results of cases into a table that fits 80 columns."""
    return table_of(_COLUMNS, [result.cells() for result in results])
