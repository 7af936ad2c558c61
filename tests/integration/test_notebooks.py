"""The five notebooks in a row on a small plant: every cell runs, every output is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from faultcast.config.layout import Layout
from tests.unit.reporting.plants import PLANT, RECORDS

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def run(name: str) -> None:
    """Run the code cells as a kernel would, with the small plant as the parameter."""
    content = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
    namespace: dict[str, object] = {}
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), namespace)
        if cell["id"] == "parameters":
            namespace["plant"] = PLANT.name


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """Set up a project whose only plant is ingested."""
    layout = Layout(tmp_path_factory.mktemp("project"))
    config = layout.plant_config(PLANT.name)
    config.parent.mkdir(parents=True)
    settings = PLANT.model_dump(mode="json", exclude={"name"}, exclude_none=True)
    config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    (layout.root / "params.yaml").write_text("plants: [small]\n", encoding="utf-8")
    (layout.root / "notebooks").mkdir()
    canonical = layout.canonical(PLANT.name)
    canonical.mkdir(parents=True)
    for name in ("telemetry", "events", "machines"):
        getattr(RECORDS, name).write_parquet(canonical / f"{name}.parquet")
    return layout


def test_the_belt_runs_from_records_to_report(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(layout.root / "notebooks")
    for name in (
        "01_explore",
        "02_features",
        "03_dataset",
        "04_train",
        "05_evaluate",
        "06_planner",
    ):
        run(name)
    reports = layout.reports(PLANT.name)
    assert len(list((reports / "01_explore" / "figures").glob("*.png"))) == 7
    assert (layout.features(PLANT.name) / "features.parquet").is_file()
    assert {path.stem for path in layout.dataset(PLANT.name).iterdir()} == {
        "train",
        "validation",
        "test",
    }
    assert (layout.model(PLANT.name) / "manifest.json").is_file()
    metrics = json.loads((reports / "05_evaluate" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["targets"]["pump"]["model"]["average_precision"] > 0.9
    assert (reports / "05_evaluate" / "plots" / "precision_recall.csv").is_file()
    planned = json.loads((reports / "06_planner" / "metrics.json").read_text(encoding="utf-8"))
    assert planned["costs"]["model"]["total"] < planned["costs"]["run_to_failure"]["total"]
    assert (reports / "06_planner" / "plots" / "reasons.csv").is_file()
