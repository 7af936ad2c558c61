"""The small plant from its simulation to its model, and requests to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.data.canonical import Canonical, read_canonical
from faultcast.data.simulator.simulate import simulate_plant
from faultcast.data.tables import write_dataset
from faultcast.features.split import embargo, split_by_time
from faultcast.features.table import feature_table
from faultcast.modeling.train import train_plant
from faultcast.pipeline.ingest import ingest_plant
from tests.unit.data.small_plant import make_small_plant

PLANT = "small"


def make_project(root: Path) -> Layout:
    """Simulate, ingest and train the small plant."""
    layout = make_small_plant(root)
    simulate_plant(layout, PLANT)
    ingest_plant(layout, PLANT)
    plant, data = load_plant(layout, PLANT), read_canonical(layout, PLANT)
    table = feature_table(plant, data.telemetry.lazy(), data.events.lazy(), data.machines.lazy())
    write_dataset(
        layout, PLANT, dict(split_by_time(table.collect(), plant.split, embargo(plant)).items())
    )
    train_plant(layout, PLANT)
    return layout


def recent(data: Canonical, at: datetime, hours: int = 30) -> dict[str, Any]:
    """Return the body of a request for forecasts at a moment."""
    window = pl.col("time").is_between(at - timedelta(hours=hours), at)
    return {
        "at": at.isoformat(),
        "readings": _plain(data.telemetry.filter(window)),
        "events": _plain(data.events.filter(pl.col("time") <= at)),
    }


def _plain(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.with_columns(pl.col("time").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")).to_dicts()
