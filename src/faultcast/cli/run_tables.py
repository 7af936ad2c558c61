"""Tracked runs as tables for the terminal."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from rich import box
from rich.table import Table

from faultcast.tracking.journal import Row

_NAMES = ("run", "started\n(UTC)", "plant\nor case", "stage", "model", "commit")
_OF_PLANTS = ("AP\nvalid.", "AP\ntest", "in\ntime", "false\nalarms")
_OF_CASES = ("right\ncr.-val.", "right\ntest")
_NUMBERS = ("seconds", *_OF_PLANTS, *_OF_CASES)
_DISPENSABLE = ("seconds", "commit", "model")


def run_table(rows: Sequence[Row], width: int) -> Table:
    """Return a line a run, with what tells models apart.

    Args:
        rows: the runs.
        width: characters that a line may have; columns that do not fit are left out, and named.
    """
    cells = zip(*map(_cells, rows), strict=True)
    columns = dict(zip((*_NAMES, *_NUMBERS), cells, strict=True))
    for kind in (_OF_PLANTS, _OF_CASES):
        if not any(any(columns[name]) for name in kind):
            columns = {name: column for name, column in columns.items() if name not in kind}
    left_out = _too_many(columns, width)
    for name in left_out:
        del columns[name]
    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    table.title = f"{len(rows)} run{'' if len(rows) == 1 else 's'}"
    for name in columns:
        table.add_column(name, justify="right" if name in _NUMBERS else "left", no_wrap=True)
    for row, shown in zip(rows, zip(*columns.values(), strict=True), strict=True):
        table.add_row(*shown, style="dim" if row.made_by else None)
    table.caption = "; ".join(_legend(rows, columns, left_out))
    table.title_justify = table.caption_justify = "left"
    return table


def _too_many(columns: Mapping[str, Sequence[str]], width: int) -> Sequence[str]:
    """Return the fewest dispensable columns without which the others fit."""
    needed = {name: _needed(name, cells) for name, cells in columns.items()}
    for number in range(len(_DISPENSABLE)):
        left_out = _DISPENSABLE[:number]
        if sum(needed.values()) - sum(needed[name] for name in left_out) < width:
            return left_out
    return _DISPENSABLE


def _needed(name: str, cells: Sequence[str]) -> int:
    return 1 + max(map(len, (*name.split("\n"), *cells)))


def _legend(rows: Sequence[Row], columns: Container[str], left_out: Sequence[str]) -> list[str]:
    restored = sum(bool(row.made_by) for row in rows)
    parts = []
    if _OF_PLANTS[0] in columns:
        parts += ["AP: average precision of the machine", "false alarms: per machine-month"]
    parts += ["right: share of a case's rows"] if _OF_CASES[0] in columns else []
    parts += ["*: tracked files were changed"] if any(row.dirty for row in rows) else []
    parts += [f"dim: {restored} restored from a cache"] if restored else []
    parts += [f"too narrow for {', '.join(left_out)}: --csv has all"] if left_out else []
    return parts


def comparison_table(
    sections: Mapping[str, Mapping[str, Sequence[str]]], runs: Sequence[str]
) -> Table:
    """Return runs side by side, a section after the other."""
    table = Table()
    table.add_column("")
    for run in runs:
        table.add_column(run, justify="right")
    for section, lines in sections.items():
        if lines:
            table.add_section()
            table.add_row(f"[bold]{section}[/bold]")
        for name, values in lines.items():
            shown = [value[:12] if name == "commit" else value for value in values]
            differ = len(set(values)) > 1
            table.add_row(name, *(f"[bold]{value}[/bold]" if differ else value for value in shown))
    return table


def _cells(row: Row) -> list[str]:
    announced = "" if row.failures is None else f"{row.announced_in_time}/{row.failures}"
    return [
        row.record[:8],
        f"{row.started:%Y-%m-%d %H:%M}",
        row.plant,
        row.stage,
        row.model,
        row.commit[:8] + ("*" if row.dirty else ""),
        _number(row.seconds, ".1f"),
        _number(row.validation_average_precision, ".3f"),
        _number(row.test_average_precision, ".3f"),
        announced,
        _number(row.false_alarms_per_machine_month, ".2f"),
        _number(row.cross_validated_accuracy, ".3f"),
        _number(row.test_accuracy, ".3f"),
    ]


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
