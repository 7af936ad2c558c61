"""A made-up plant whose dataset is drawn at once, for the tests of models."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import yaml

from faultcast.config.layout import Layout
from faultcast.config.plant import Plant
from faultcast.features.labels import add_labels
from faultcast.features.spec import FeatureSpec
from faultcast.features.split import embargo, split_by_time

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS, MACHINES = 100, 8
CLOCK = pl.Datetime("us", "UTC")

# The sensors are not in alphabetical order: the order of features is that of the configuration.
CONFIG = {
    "title": "Press shop",
    "time_zone": "UTC",
    "components": ["pump", "belt"],
    "horizon": "24h",
    "horizons": ["6h", "48h"],
    "telemetry": {
        "path": "telemetry.csv",
        "machine": "machine",
        "time": "time",
        "interval": "2h",
        "sensors": {
            "vibration": {"unit": "mm/s", "min": 0, "max": 50},
            "heat": {"unit": "°C", "min": -20, "max": 200},
        },
    },
    "failures": {"path": "f.csv", "machine": "machine", "time": "time", "component": "part"},
    "features": {"stride": "2h", "windows": ["12h"]},
    "alarm": {"lead_time": "6h", "max_false_alarms": 1.0},
}
PLANT = Plant.model_validate({"name": "press", **CONFIG})
SPEC = FeatureSpec.from_plant(PLANT)
SYMPTOMS = {"pump": "vibration", "belt": "heat"}


def write_project(root: Path, *, seed: int = 0) -> Layout:
    """Write a project with the plant `press`, from its configuration to its dataset."""
    layout = Layout(root)
    layout.plant_config("press").parent.mkdir(parents=True)
    layout.plant_config("press").write_text(yaml.safe_dump(CONFIG, sort_keys=False))
    (root / "params.yaml").write_text("plants: [press]\n")
    rows, events = draw(seed)
    write_canonical(layout, events)
    layout.dataset("press").mkdir(parents=True)
    for name, part in split_by_time(rows, PLANT.split, embargo(PLANT)).items():
        part.write_parquet(layout.dataset("press") / f"{name}.parquet")
    return layout


def write_canonical(layout: Layout, events: pl.DataFrame) -> None:
    """Write canonical data of which only the failures matter."""
    folder = layout.canonical("press")
    folder.mkdir(parents=True)
    events.write_parquet(folder / "events.parquet")
    machines = events.select("machine").unique(maintain_order=True)
    machines.write_parquet(folder / "telemetry.parquet")
    undescribed = machines.with_columns(
        pl.lit(None, pl.String).alias("model"), pl.lit(None, CLOCK).alias("installed")
    )
    undescribed.write_parquet(folder / "machines.parquet")


def draw(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Draw labelled feature rows and the failures: sensors rise for 30 hours before one."""
    random = np.random.default_rng(seed)
    events = pl.DataFrame(
        [event for machine in range(MACHINES) for event in _failures(f"m{machine}", random)],
        schema={"machine": pl.String, "time": CLOCK, "kind": pl.String, "code": pl.String},
        orient="row",
    ).sort("machine", "time", "kind", "code")
    times = pl.datetime_range(START, START + timedelta(days=DAYS), "2h", eager=True)
    keys = pl.DataFrame({"machine": [f"m{machine}" for machine in range(MACHINES)]})
    rows = keys.join(pl.DataFrame({"time": times.cast(CLOCK)}), how="cross")
    labelled = add_labels(
        rows.lazy(),
        events.lazy(),
        PLANT.components,
        PLANT.horizon,
        times.max(),
        further=PLANT.horizons,
    ).collect()
    return _features(labelled, events, random), events


def _failures(machine: str, random: np.random.Generator) -> list[tuple[str, datetime, str, str]]:
    hours = np.cumsum(random.uniform(100, 400, size=30))
    components = random.choice(PLANT.components, size=hours.size)
    return [
        (machine, START + timedelta(minutes=int(60 * hour)), "failure", str(component))
        for hour, component in zip(hours, components, strict=True)
        if hour < 24 * DAYS
    ]


def _features(
    labelled: pl.DataFrame, events: pl.DataFrame, random: np.random.Generator
) -> pl.DataFrame:
    columns = {}
    for component, sensor in SYMPTOMS.items():
        coming = labelled.select("machine", "time").join_asof(
            events.filter(pl.col("code") == component).select(
                "machine", "time", pl.col("time").alias("fails")
            ),
            on="time",
            by="machine",
            strategy="forward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        ahead = (coming["fails"] - coming["time"]).dt.total_minutes().fill_null(10**6) / 60
        wear = 2 * np.clip(1.5 - ahead.to_numpy() / 20, 0, None)
        for name in SPEC.names:
            if name.startswith(sensor):
                columns[name] = 20 + wear + random.normal(size=wear.size)
    for name in SPEC.names:
        values = columns.get(name, random.normal(size=labelled.height)).astype(np.float32)
        missing = random.random(values.size) < 0.01
        columns[name] = pl.Series(np.where(missing, np.nan, values)).fill_nan(None)
    return labelled.select(
        "machine",
        "time",
        *(columns[name].alias(name) for name in SPEC.names),
        pl.col("^label_.*$"),
    )
