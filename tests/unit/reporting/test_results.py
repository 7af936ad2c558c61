"""The table that ends `make run`."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from faultcast.cli import faultcast
from faultcast.config.layout import Layout
from faultcast.errors import ConfigError, StageNotRunError
from faultcast.reporting.results import Result

METRICS = {
    "targets": {
        "machine": {
            "model": {"average_precision": 0.66},
            "baseline": {"average_precision": 0.56},
            "chance": {"average_precision": 0.02},
        }
    },
    "alarms": {
        "failures": {"count": 39, "announced": 35, "in_time": 33},
        "false_alarms": {"per_machine_month": 0.281},
    },
}


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    layout = Layout(tmp_path)
    (tmp_path / "configs").mkdir()
    (tmp_path / "params.yaml").write_text("plants: [mill]\n")
    layout.canonical("mill").mkdir(parents=True)
    telemetry = pl.DataFrame({"machine": ["a"] * 1234})
    telemetry.write_parquet(layout.canonical("mill") / "telemetry.parquet")
    report = layout.reports("mill") / "05_evaluate"
    report.mkdir(parents=True)
    (report / "metrics.json").write_text(json.dumps(METRICS))
    monkeypatch.chdir(tmp_path)
    return layout


@pytest.mark.usefixtures("layout")
def test_a_plants_line_fits_eighty_columns_and_its_report_is_named() -> None:
    shown = CliRunner().invoke(faultcast, ["summary"], catch_exceptions=False).output
    (line,) = [line for line in shown.splitlines() if line.strip().startswith("mill")]
    assert line.split() == [
        "mill",
        "1,234",
        "39",
        "0.660",
        "(0.560,",
        "0.020)",
        "35",
        "/",
        "33",
        "0.28",
    ]
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert "reports/mill/05_evaluate/05_evaluate.html" in shown


def test_a_plant_that_was_not_evaluated_is_said_with_its_stage(layout: Layout) -> None:
    (layout.reports("mill") / "05_evaluate" / "metrics.json").unlink()
    with pytest.raises(StageNotRunError, match="dvc repro evaluate@mill"):
        Result.read(layout, "mill")


def test_a_list_instead_of_parameters_is_refused(layout: Layout) -> None:
    (layout.root / "params.yaml").write_text("- mill\n")
    with pytest.raises(ConfigError, match=r"params\.yaml"):
        CliRunner().invoke(faultcast, ["summary"], catch_exceptions=False)
