"""Tracked runs as tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from faultcast.tracking.journal import Row


def run_table(rows: Sequence[Row]) -> Table:
    """Return a line a run, with what tells models apart."""
    table = Table(title=f"{len(rows)} run{'' if len(rows) == 1 else 's'}", title_justify="left")
    for name in ("run", "started (UTC)", "plant", "stage", "model", "commit"):
        table.add_column(name, no_wrap=True)
    for name in ("seconds", "AP valid.", "AP test", "in time", "false alarms"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row), style="dim" if row.made_by else None)
    restored = sum(bool(row.made_by) for row in rows)
    parts = ["AP: average precision of the machine", "false alarms: per machine-month"]
    parts += ["*: tracked files were changed"] if any(row.dirty for row in rows) else []
    parts += [f"dim: {restored} restored from a cache"] if restored else []
    table.caption = "; ".join(parts)
    table.caption_justify = "left"
    return table


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
    ]


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
