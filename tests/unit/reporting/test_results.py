"""The table that ends `make run`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from faultcast.cli import faultcast
from faultcast.config.layout import Layout
from faultcast.errors import ConfigError, StageNotRunError

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
BOTTLING = Path(__file__).parents[3] / "configs" / "plants" / "bottling.yaml"
COSTS = {
    way: {"per_machine_month": cost}
    for way, cost in {
        "run_to_failure": 4549.0,
        "fixed_interval": 3000.0,
        "sensor_rule": 4091.2,
        "baseline": 1000.0,
        "model": 1500.0,
        "foresight": 853.0,
    }.items()
}
SCORES = {"accuracy": 0.81, "roc_auc": 0.84}
CASE = {
    "rows": {"train": 1000, "test": 234},
    "cross_validated": {"model": {"accuracy": 0.82, "roc_auc": 0.87}},
    "test": {
        "model": SCORES,
        "baseline": {"accuracy": 0.79, "roc_auc": 0.815},
        "chance": {"accuracy": 0.62, "roc_auc": 0.5},
    },
}


def line_of(name: str, place: int = 0) -> list[str]:
    shown = CliRunner().invoke(faultcast, ["summary"], catch_exceptions=False).output
    assert all(len(line) <= 80 for line in shown.splitlines())
    lines = [line.split() for line in shown.splitlines()]
    return [line for line in lines if line[:1] == [name]][place]


def write_metrics(layout: Layout, subject: str, stage: str, content: object) -> None:
    report = layout.reports(subject) / stage
    report.mkdir(parents=True)
    (report / "metrics.json").write_text(json.dumps(content))


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    layout = Layout(tmp_path)
    layout.plant_config("mill").parent.mkdir(parents=True)
    shutil.copy(BOTTLING, layout.plant_config("mill"))
    (tmp_path / "params.yaml").write_text("plants: [mill]\ncases: [wine]\n")
    layout.canonical("mill").mkdir(parents=True)
    telemetry = pl.DataFrame({"machine": ["a"] * 1234})
    telemetry.write_parquet(layout.canonical("mill") / "telemetry.parquet")
    write_metrics(layout, "mill", "05_evaluate", METRICS)
    write_metrics(layout, "mill", "06_planner", {"costs": COSTS})
    write_metrics(layout, "wine", "13_case_evaluate", CASE)
    monkeypatch.chdir(tmp_path)
    return layout


@pytest.mark.usefixtures("layout")
def test_a_plants_line_holds_its_scores_on_the_test_part() -> None:
    expected = "mill 1,234 39 0.660 (0.560, 0.020) 35 / 33 0.28"
    assert line_of("mill") == expected.split()


@pytest.mark.usefixtures("layout")
def test_a_plants_cost_is_compared_with_the_cheapest_way_without_forecasts() -> None:
    line = " ".join(line_of("mill", 1))
    assert line == "mill EUR 4,549 EUR 3,000 EUR 4,091 EUR 1,500 50 %"


@pytest.mark.usefixtures("layout")
def test_a_cases_line_holds_accuracy_and_roc_auc_beside_the_baselines() -> None:
    expected = "wine 1,234 0.820, 0.870 0.810 (0.790, 0.620) 0.840 (0.815)"
    assert line_of("wine") == expected.split()


@pytest.mark.usefixtures("layout")
def test_the_reports_of_plants_and_cases_are_named() -> None:
    shown = CliRunner().invoke(faultcast, ["summary"], catch_exceptions=False).output
    assert "reports/mill/05_evaluate/05_evaluate.html" in shown
    assert "reports/mill/06_planner/06_planner.html" in shown
    assert "reports/wine/13_case_evaluate/13_case_evaluate.html" in shown


@pytest.mark.parametrize(
    ("subject", "stage", "rerun"),
    [
        ("mill", "05_evaluate", "evaluate@mill"),
        ("mill", "06_planner", "planner@mill"),
        ("wine", "13_case_evaluate", "case_evaluate@wine"),
    ],
)
def test_what_was_not_evaluated_is_said_with_its_stage(
    layout: Layout, subject: str, stage: str, rerun: str
) -> None:
    (layout.reports(subject) / stage / "metrics.json").unlink()
    with pytest.raises(StageNotRunError, match=f"dvc repro {rerun}"):
        CliRunner().invoke(faultcast, ["summary"], catch_exceptions=False)


def test_a_list_instead_of_parameters_is_refused(layout: Layout) -> None:
    (layout.root / "params.yaml").write_text("- mill\n")
    with pytest.raises(ConfigError, match=r"params\.yaml"):
        CliRunner().invoke(faultcast, ["summary"], catch_exceptions=False)
