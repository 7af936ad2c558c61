"""What the evaluation leaves for machines to read: metrics.json and the data of its plots."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from faultcast.files import replacing
from faultcast.modeling.case_evaluation import CaseEvaluation
from faultcast.modeling.evaluation import Evaluation


def write_metrics(folder: Path, evaluation: Evaluation | CaseEvaluation) -> None:
    """Write `metrics.json` for `dvc metrics` and gate.

    Raises:
        DiskError: it could not be written.
    """
    text = json.dumps(evaluation.metrics(), indent=2, sort_keys=True, ensure_ascii=False)
    with replacing(folder / "metrics.json") as draft:
        draft.write_text(f"{text}\n", encoding="utf-8")


def write_plots(folder: Path, frames: Mapping[str, pl.DataFrame]) -> None:
    """Write the data behind figures as CSV files by name, for `dvc plots` and spreadsheets.

    Raises:
        DiskError: one could not be written.
    """
    for name, frame in frames.items():
        with replacing(folder / f"{name}.csv") as draft:
            frame.write_csv(draft, datetime_format="%Y-%m-%dT%H:%M:%SZ", float_precision=6)


def write_case_plots(folder: Path, evaluation: CaseEvaluation) -> None:
    """Write the data behind a case's figures as CSV files.

    Raises:
        DiskError: one could not be written.
    """
    names = evaluation.class_names
    confusion = pl.DataFrame(evaluation.confusion, schema=names).insert_column(
        0, pl.Series("truth", names)
    )
    frames = {
        "confusion": confusion,
        "reliability": evaluation.reliability,
        "importance": evaluation.importance,
        "slices": evaluation.slices,
    }
    for name, frame in frames.items():
        with replacing(folder / f"{name}.csv") as draft:
            frame.write_csv(draft, float_precision=6)
