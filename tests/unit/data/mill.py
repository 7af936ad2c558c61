"""A project with one small plant, for the tests of everything before canonical data."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from faultcast.config.layout import Layout

START = datetime(2026, 1, 1)
MACHINES = ("M1", "M2", "M3")
HOURS = 240

CONFIG: dict[str, Any] = {
    "title": "Paper mill",
    "time_zone": "UTC",
    "telemetry": {
        "path": "telemetry.csv",
        "machine": "asset",
        "time": "at",
        "interval": "1h",
        "sensors": {
            "heat": {"unit": "°C", "min": -20, "max": 150},
            "flow": {"column": "flow [l/min]", "unit": "l/min", "min": 0, "max": 50},
        },
    },
    "failures": {"path": "failures.csv", "machine": "asset", "time": "at", "component": "part"},
    "maintenance": {"path": "orders.csv", "machine": "asset", "time": "at", "component": "part"},
    "errors": {
        "path": "errors.csv",
        "machine": "asset",
        "time": "at",
        "code": "code",
        "codes": ["E_1", "E_2"],
    },
    "machines": {
        "path": "machines.csv",
        "machine": "asset",
        "model": "type",
        "models": ["K10", "K20"],
        "age": "years",
    },
    "components": ["pump", "belt"],
    "horizon": "24h",
    "features": {"stride": "1h", "windows": ["3h", "24h"]},
    "alarm": {"lead_time": "6h"},
}


def moment(hour: float) -> str:
    """Write the time that many hours after the start."""
    return str(START + timedelta(hours=hour))


def readings() -> list[list[str]]:
    """Return hourly rows of three machines, whose values never repeat in a row."""
    return [
        [machine, moment(hour), f"{60 + hour % 7 + number / 10:.1f}", f"{20 + hour % 5:.1f}"]
        for number, machine in enumerate(MACHINES)
        for hour in range(HOURS)
    ]


def write_csv(path: Path, header: list[str], rows: list[list[str]]) -> None:
    """Write rows under a header."""
    lines = [",".join(row) for row in [header, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_mill(root: Path, **changes: Any) -> Layout:
    """Put up a project whose plant `mill` keeps its contract; `changes` replace its settings."""
    layout = Layout(root)
    (root / "configs" / "plants").mkdir(parents=True)
    (root / "params.yaml").write_text("plants: [mill]\n", encoding="utf-8")
    configure(layout, **changes)
    raw = layout.raw("mill")
    raw.mkdir(parents=True)
    write_csv(raw / "telemetry.csv", ["asset", "at", "heat", "flow [l/min]"], readings())
    part = ["asset", "at", "part"]
    failures = [
        ["M1", moment(60), "pump"],
        ["M2", moment(150), "belt"],
        ["M3", moment(220), "pump"],
    ]
    write_csv(raw / "failures.csv", part, failures)
    write_csv(raw / "orders.csv", part, [["M1", moment(-900), "belt"], ["M1", moment(60), "pump"]])
    errors = [["M1", moment(50.5), "E-1"], ["M3", moment(100), "E-2"], ["M3", moment(101), "E-99"]]
    write_csv(raw / "errors.csv", ["asset", "at", "code"], errors)
    machines = [["M1", "K10", "4"], ["M2", "K20", "11"], ["M3", "K10", ""]]
    write_csv(raw / "machines.csv", ["asset", "type", "years"], machines)
    return layout


def configure(layout: Layout, **changes: Any) -> None:
    """Write the plant's configuration with some keys replaced; None removes one."""
    config = {key: value for key, value in (CONFIG | changes).items() if value is not None}
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    layout.plant_config("mill").write_text(text, encoding="utf-8")


def edit(path: Path, row: int, line: str | None) -> None:
    """Replace a row of a CSV file, counted as a spreadsheet does; None removes it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[row - 1 : row] = [] if line is None else [line]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def append(path: Path, *rows: str) -> None:
    """Add rows to the end of a CSV file."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{row}\n" for row in rows)


def as_parquet(path: Path) -> pl.DataFrame:
    """Turn a CSV file into Parquet beside it and remove it."""
    frame = pl.read_csv(path, try_parse_dates=True)
    frame.write_parquet(path.with_suffix(".parquet"))
    path.unlink()
    return frame
