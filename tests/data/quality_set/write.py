"""Write the quality set: rows on which every model must prove itself (see README.md beside it).

example: python tests/data/quality_set/write.py
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import polars as pl
import yaml

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.config.plant import Plant
from faultcast.data.canonical import read_canonical
from faultcast.data.simulator import simulate_plant
from faultcast.features.spec import FeatureSpec
from faultcast.features.split import embargo, split_by_time
from faultcast.features.table import feature_table
from faultcast.pipeline.ingest import ingest_plant

FOLDER = Path(__file__).parent
PROJECT = FOLDER.parents[2]
PLANT = "bottling"
FEATURES = {"stride": "6h", "windows": ["24h"], "lags": []}
# Of the rows that are not within two days before a failure one in so many is kept.
KEPT = 24
DIGITS = 3


def main() -> None:
    """Simulate the plant and keep a part of its dataset."""
    with tempfile.TemporaryDirectory() as folder:
        layout = _project(Path(folder))
        simulate_plant(layout, PLANT)
        ingest_plant(layout, PLANT)
        plant = load_plant(layout, PLANT)
        canonical = read_canonical(layout, PLANT)
        (FOLDER / "plant.yaml").write_text(layout.plant_config(PLANT).read_text("utf-8"), "utf-8")
    frames = (canonical.telemetry, canonical.events, canonical.machines)
    table = feature_table(plant, *(frame.lazy() for frame in frames)).collect()
    for name, part in split_by_time(table, plant.split, embargo(plant)).items():
        kept = _thinned(part, canonical.failures, plant)
        kept.write_parquet(FOLDER / f"{name}.parquet", compression="zstd", compression_level=19)
    failures = canonical.failures.select("machine", "time", "component")
    failures.write_parquet(FOLDER / "failures.parquet", compression="zstd")


def _project(root: Path) -> Layout:
    here, layout = Layout(PROJECT), Layout(root)
    content = yaml.safe_load(here.plant_config(PLANT).read_text("utf-8")) | {"features": FEATURES}
    for path, text in (
        (layout.plant_config(PLANT), yaml.safe_dump(content, allow_unicode=True, sort_keys=False)),
        (layout.simulation_config(PLANT), here.simulation_config(PLANT).read_text("utf-8")),
        (root / "params.yaml", f"plants: [{PLANT}]\n"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return layout


def _thinned(part: pl.DataFrame, failures: pl.DataFrame, plant: Plant) -> pl.DataFrame:
    coming = failures.select("machine", "time", pl.col("time").alias("fails"))
    near = part.join_asof(
        coming.sort("machine", "time"),
        on="time",
        by="machine",
        strategy="forward",
        check_sortedness=False,
    )
    soon = (pl.col("fails") - pl.col("time") <= timedelta(days=2)).fill_null(False)
    kept = near.filter(soon | (pl.int_range(pl.len()) % KEPT == 0)).drop("fails")
    names = FeatureSpec.from_plant(plant).names
    return kept.with_columns(pl.col(names).round_sig_figs(DIGITS))


if __name__ == "__main__":
    main()
