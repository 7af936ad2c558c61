"""What is wrong with a plant's configuration and files, found without running the belt."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.config.parameters import load_parameters
from faultcast.config.plant import Plant
from faultcast.data.assess import assess
from faultcast.data.ingest import Ingested, ingest
from faultcast.data.quality import Quality
from faultcast.features.labels import add_labels
from faultcast.features.split import Parts, embargo, split_by_time
from faultcast.features.table import forecast_times


@dataclass(frozen=True)
class PlantCheck:
    """A plant whose configuration and files can be used."""

    quality: Quality
    parts: Parts
    is_listed: bool


def check_plant(layout: Layout, name: str) -> PlantCheck:
    """Read a plant's configuration and files as the belt would, and write nothing.

    Raises:
        ConfigError: the configuration cannot be used.
        ContractError: the files break their contract.
        SplitError: a part of the split would lack failures.
    """
    plant = load_plant(layout, name)
    ingested = ingest(plant, layout.raw(name), layout.root)
    return PlantCheck(assess(plant, ingested), _split(plant, ingested), _is_listed(layout, name))


def _split(plant: Plant, ingested: Ingested) -> Parts:
    """Cut the forecasts' times and labels as the dataset stage will, without their features."""
    telemetry, events = ingested.canonical.telemetry.lazy(), ingested.canonical.events.lazy()
    until = telemetry.select(pl.max("time")).collect().item()
    rows = forecast_times(telemetry, plant.features.stride)
    labelled = add_labels(rows, events, plant.components, plant.horizon, until).collect()
    return split_by_time(labelled, plant.split, embargo(plant))


def _is_listed(layout: Layout, name: str) -> bool:
    return name in load_parameters(layout).plants
