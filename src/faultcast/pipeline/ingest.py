"""The ingest stage: raw files in, canonical Parquet and the data-quality report out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.config.plant import Repair
from faultcast.data.assess import assess
from faultcast.data.canonical import EVENTS, MACHINES, TELEMETRY
from faultcast.data.ingest import ingest
from faultcast.data.parquet import write_parquet
from faultcast.data.quality import Quality
from faultcast.files import replacing_folder
from faultcast.reporting.quality_page import render_quality_page

PAGE, NUMBERS = "quality.html", "quality.json"


@dataclass(frozen=True)
class IngestSummary:
    """What ingest read and where it wrote."""

    plant: str
    rows: int
    machines: int
    failures: int
    repaired: Mapping[Repair, int]
    canonical: Path
    report: Path


def ingest_plant(layout: Layout, name: str) -> IngestSummary:
    """Write a plant's canonical data and its quality report, both or neither.

    Raises:
        ConfigError: the plant's configuration cannot be used.
        ContractError: the files break their contract; nothing was written.
        DiskError: the outputs could not be written; the earlier ones are untouched.
    """
    plant = load_plant(layout, name)
    ingested = ingest(plant, layout.raw(name), layout.root)
    quality = assess(plant, ingested)
    page = render_quality_page(quality)
    canonical, report = layout.canonical(name), layout.reports(name) / "quality"
    with replacing_folder(canonical) as data, replacing_folder(report) as pages:
        write_parquet(ingested.canonical.telemetry, data / TELEMETRY)
        write_parquet(ingested.canonical.events, data / EVENTS)
        write_parquet(ingested.canonical.machines, data / MACHINES)
        (pages / NUMBERS).write_text(quality.as_json(), encoding="utf-8")
        (pages / PAGE).write_text(page, encoding="utf-8")
    return _summary(quality, canonical, report / PAGE)


def _summary(quality: Quality, canonical: Path, report: Path) -> IngestSummary:
    repaired: dict[Repair, int] = {}
    for made in quality.repairs:
        repaired[made.repair] = repaired.get(made.repair, 0) + made.count
    return IngestSummary(
        plant=quality.plant,
        rows=quality.rows,
        machines=quality.machines,
        failures=sum(quality.events.get("failure", {}).values()),
        repaired=repaired,
        canonical=canonical,
        report=report,
    )
