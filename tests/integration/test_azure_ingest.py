"""A real plant becomes canonical data from its files alone, without a hand on the configuration."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from faultcast.config.layout import Layout
from faultcast.data.canonical import read_canonical
from faultcast.data.new_plant import create_plant
from faultcast.data.plant_guess import RawFiles
from faultcast.pipeline.ingest import ingest_plant
from faultcast.pipeline.plant_check import check_plant

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("FAULTCAST_AZURE_DATA", ROOT.parent / "shared" / "data" / "azure_pdm"))

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(),
    reason=f"{DATA} is missing: set FAULTCAST_AZURE_DATA to the folder of the PdM_*.csv files",
)


def test_the_guessed_configuration_passes_its_check_and_is_ingested(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    names = ("telemetry", "failures", "errors", "maint", "machines")
    files = RawFiles(*(DATA / f"PdM_{name}.csv" for name in names))
    (tmp_path / "configs").mkdir()
    (tmp_path / "params.yaml").write_text("plants: [azure]\n", encoding="utf-8")
    create_plant(layout, "azure", files, None, link=False)
    checked = check_plant(layout, "azure")
    assert checked.is_listed
    summary = ingest_plant(layout, "azure")
    assert (summary.rows, summary.machines, summary.failures) == (43_200, 20, 42)
    assert summary.repaired == {}
    canonical = read_canonical(layout, "azure")
    assert canonical.telemetry.columns[2:] == ["volt", "rotate", "pressure", "vibration"]
    assert canonical.machines["installed"].null_count() == 0
    assert canonical.failures["component"].n_unique() == 4
