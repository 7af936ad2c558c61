"""Forecast a plant's machines from its canonical data, by the path that serves requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from faultcast.config.layout import Layout
from faultcast.data.canonical import read_canonical
from faultcast.errors import ScoreFileError
from faultcast.files import replacing
from faultcast.scoring.forecaster import Forecaster
from faultcast.scoring.plant_forecast import (
    CLOCK,
    MachineForecast,
    Records,
    forecast_machines,
)


@dataclass(frozen=True)
class Scores:
    """What is forecast for the machines of a plant at a moment, and the records behind it."""

    model: Forecaster
    at: datetime
    records: Records
    forecasts: Sequence[MachineForecast]

    def table(self) -> pl.DataFrame:
        """Return a row a machine, the riskiest first.

        It has machine, time, status, detail, last_reading, risk, the model's outputs, and
        contribution_<source> of each source.
        """
        rows = [_row(self.model, one, self.at) for one in self.forecasts]
        names = ["machine", "time", "status", "detail", "last_reading", "risk"]
        outputs = [output.name for output in self.model.manifest.outputs]
        sources = [f"contribution_{name}" for name in self.model.manifest.features.sources]
        schema: dict[str, pl.DataType] = dict.fromkeys(names, pl.String())
        schema |= {"time": CLOCK, "last_reading": CLOCK}
        schema |= dict.fromkeys([*outputs, *sources], pl.Float64())
        by_risk = ["probability_machine", "machine"]
        return pl.DataFrame(rows, schema).sort(by_risk, descending=[True, False], nulls_last=True)


def score_plant(layout: Layout, plant: str, at: datetime | None, folder: Path) -> Scores:
    """Forecast all machines at a moment.

    Args:
        layout: the project.
        plant: the plant's name.
        at: the moment from which the horizon runs; None: that of the last reading.
        folder: the model's folder.

    Raises:
        StageNotRunError: canonical data or model are not there yet.
        ManifestError: the model's manifest cannot be read.
        ModelFileError: the model is not the one that the manifest describes.
    """
    data, model = read_canonical(layout, plant), Forecaster.load(folder)
    moment: datetime = at or data.telemetry["time"].max()  # type: ignore[assignment]  # no row is none
    records = Records(data.telemetry, data.events, data.machines)
    return Scores(model, moment, records, forecast_machines(model, records, moment))


def write_scores(scores: pl.DataFrame, target: Path) -> None:
    """Write scores as Parquet or CSV, by the file's ending.

    Raises:
        ScoreFileError: the file ends otherwise.
        DiskError: it could not be written; an earlier one is untouched.
    """
    if target.suffix not in (".parquet", ".csv"):
        raise ScoreFileError(target)
    with replacing(target) as draft:
        scores.write_parquet(draft) if target.suffix == ".parquet" else scores.write_csv(draft)


def _row(model: Forecaster, told: MachineForecast, at: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {
        "machine": told.machine,
        "time": at,
        "status": told.status.value,
        "detail": told.detail,
        "last_reading": told.last_reading,
    }
    if told.probabilities is None:
        return row
    outputs = [output.name for output in model.manifest.outputs]
    probabilities = told.probabilities.tolist()
    row |= dict(zip(outputs, probabilities, strict=True))
    row["risk"] = "high" if row["probability_machine"] >= model.threshold else "low"
    return row | {f"contribution_{source}": value for source, value in told.contributions}
