"""Real input: Microsoft's predictive-maintenance records through the whole belt."""

import json
import os
from pathlib import Path

import pytest
import yaml

from .clone import ROOT, Clone

pytestmark = pytest.mark.timeout(900)
DATA = Path(os.environ.get("FAULTCAST_AZURE_DATA", ROOT.parent / "shared" / "data" / "azure_pdm"))
FILES = {
    "--telemetry": "PdM_telemetry.csv",
    "--errors": "PdM_errors.csv",
    "--maintenance": "PdM_maint.csv",
    "--failures": "PdM_failures.csv",
    "--machines": "PdM_machines.csv",
}


@pytest.mark.skipif(
    not DATA.is_dir(),
    reason=f"{DATA} is missing: set FAULTCAST_AZURE_DATA to the folder of the PdM_*.csv files",
)
def test_real_failures_are_announced_in_time(tmp_path: Path) -> None:
    clone = Clone.make(tmp_path / "clone", "plants: [azure]\nsimulated: []\ncases: []\n")
    sources = [part for option, file in FILES.items() for part in (option, str(DATA / file))]
    clone.run("faultcast", "plant", "new", "azure", *sources)
    clone.run("faultcast", "plant", "check", "azure")
    clone.run("faultcast", "pipeline", "run")
    metrics = json.loads((clone.root / "reports/azure/05_evaluate/metrics.json").read_text())
    machine, alarms = metrics["targets"]["machine"], metrics["alarms"]
    assert machine["model"]["average_precision"] >= 0.95
    assert alarms["failures"]["in_time"] == alarms["failures"]["count"] >= 5
    assert alarms["false_alarms"]["per_machine_month"] <= 1
    config = yaml.safe_load((clone.root / "configs/plants/azure.yaml").read_text())
    assert config["alarm"]["lead_time"] == "12h"
