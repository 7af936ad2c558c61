"""All runs that are known here: in the store, waiting on disk, and in the journal of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from faultcast.config.layout import Layout
from faultcast.errors import StoreError, UnknownColumnError
from faultcast.tracking import journal
from faultcast.tracking.journal import NUMBERS, Row
from faultcast.tracking.runs import Run, find_runs, the_one, waiting_runs

_ABOUT = ("plant", "stage", "model", "started", "seconds", "commit", "dirty", "made_by")


@dataclass(frozen=True)
class Experiments:
    """Lines of runs, each once; `fault` says why the store's own are missing, where they are."""

    rows: list[Row]
    fault: str = ""


def experiments(layout: Layout, plant: str = "", stage: str = "") -> Experiments:
    """Collect the runs of a plant and stage, or all, oldest first.

    A restored run shows the numbers of the run that made its bytes. Without an answer from the
    store, the journal and the runs on disk are shown.

    Raises:
        StoreAddressError: MLFLOW_TRACKING_URI is no address of a store.
    """
    fault = ""
    try:
        runs = find_runs(layout)
    except StoreError as failure:
        fault, runs = str(failure), waiting_runs(layout)
    rows = {row.record: row for row in journal.read(layout)} | {
        run.record: line(run) for run in runs
    }
    chosen = [
        _with_numbers(row, rows)
        for row in sorted(rows.values(), key=lambda row: (row.started, row.record))
        if plant in ("", row.plant) and stage in ("", row.stage, row.stage.partition("_")[2])
    ]
    return Experiments(chosen, fault)


def line(run: Run) -> Row:
    """Return the journal's line of a run."""
    span = (run.started, run.ended)
    return journal.row_of(
        run.record, run.plant, run.stage, span, run.parameters, run.metrics, run.tags
    )


def by_column(rows: Iterable[Row], column: str, *, descending: bool) -> list[Row]:
    """Sort lines by a column; those without a value come last.

    Raises:
        UnknownColumnError: there is no such column.
    """
    if column not in journal.COLUMNS:
        raise UnknownColumnError(column, journal.COLUMNS)
    known = [row for row in rows if getattr(row, column) not in (None, "")]
    unknown = [row for row in rows if getattr(row, column) in (None, "")]
    return sorted(known, key=lambda row: getattr(row, column), reverse=descending) + unknown


def compare(layout: Layout, identities: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Put runs side by side: each parameter that differs, and each metric, with a value a run.

    Args:
        layout: the project.
        identities: MLflow's ids or those of records, or how these begin.

    Raises:
        UnknownRunError: an id is that of no run, or the beginning of several.
        StoreAddressError, StoreError: the store does not answer.
    """
    known = find_runs(layout)
    runs = [the_one(known, identity) for identity in identities]
    parameters = _side_by_side([run.parameters for run in runs])
    numbers = [{name: f"{value:.6g}" for name, value in run.metrics.items()} for run in runs]
    return {
        "run": _side_by_side([line(run).cells() for run in runs], _ABOUT),
        "parameters that differ": {
            name: values for name, values in parameters.items() if len(set(values)) > 1
        },
        "metrics": _side_by_side(numbers),
    }


def _side_by_side(
    runs: Sequence[Mapping[str, str]], names: Sequence[str] = ()
) -> dict[str, list[str]]:
    chosen = names or sorted({name for run in runs for name in run})
    return {name: [run.get(name, "") for run in runs] for name in chosen}


def _with_numbers(row: Row, rows: Mapping[str, Row]) -> Row:
    """Give a restored run what its maker measured."""
    maker = rows.get(row.made_by)
    if maker is None:
        return row
    measured = {name: getattr(maker, name) for name in ("model", "dataset", *NUMBERS)}
    return row.model_copy(update=measured)
