"""Answers of the API: probabilities, risk and what the forecast rests on, ready for JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import orjson

from faultcast.scoring.case_forecaster import CasePredictions
from faultcast.scoring.plant_forecast import MachineForecast, Status
from faultcast.scoring.session import Matrix
from faultcast.serving.predictions import ForecastRecord
from faultcast.serving.served import ServedCase, ServedPlant

Answer = dict[str, object]


def describe_model(plant: ServedPlant) -> Answer:
    """Say which model answered."""
    return {"plant": plant.name, "version": plant.version}


def describe_risk(plant: ServedPlant, probabilities: Sequence[float]) -> Answer:
    """Say how likely the machine and each component fail, and whether that calls for a visit.

    Args:
        plant: the model.
        probabilities: its outputs for one row.
    """
    machine, threshold = probabilities[plant.machine_output], plant.model.threshold
    return {
        "risk": "high" if machine >= threshold else "low",
        "probability": machine,
        "horizon": plant.horizon,
        "threshold": threshold,
        "components": [
            {"component": component, "horizon": horizon, "probability": probabilities[place]}
            for place, component, horizon in plant.component_outputs
        ],
        "further_horizons": [
            {"horizon": horizon, "probability": probabilities[place]}
            for place, horizon in plant.further_outputs
        ],
    }


def describe_machine(plant: ServedPlant, forecast: MachineForecast, at: datetime) -> Answer:
    """Say what is forecast for a machine, or why nothing is."""
    answer: Answer = {"machine": forecast.machine, "status": forecast.status.value}
    if forecast.status is not Status.OK:
        answer["detail"] = forecast.detail
    if forecast.last_reading:
        age = (at - forecast.last_reading).total_seconds()
        answer |= {"last_reading": forecast.last_reading, "age_hours": round(age / 3600, 3)}
    if forecast.probabilities is not None:
        answer |= describe_risk(plant, forecast.probabilities.tolist())
        answer["contributions"] = [
            {"source": source, "contribution": added} for source, added in forecast.contributions
        ]
    if forecast.notes:
        answer["notes"] = list(forecast.notes)
    return answer


def records_of_rows(
    plant: ServedPlant,
    request_id: str,
    now: datetime,
    features: Matrix,
    probabilities: Sequence[list[float]],
    keys: Sequence[tuple[str | None, datetime]],
) -> Iterator[ForecastRecord]:
    """Describe forecasts of ready rows for the prediction store."""
    names = plant.outputs
    for row, outputs, (machine, time) in zip(features, probabilities, keys, strict=True):
        yield ForecastRecord(
            request_id=request_id,
            made_at=now,
            kind="plant",
            name=plant.name,
            version=plant.version,
            machine=machine,
            time=time,
            last_reading=None,
            inputs_sha256=hashlib.sha256(row.tobytes()).hexdigest(),
            probabilities=dict(zip(names, outputs, strict=True)),
            threshold=plant.model.threshold,
        )


def records_of_machines(
    plant: ServedPlant,
    request_id: str,
    now: datetime,
    at: datetime,
    forecasts: Sequence[MachineForecast],
) -> Iterator[ForecastRecord]:
    """Describe forecasts from recent records for the prediction store."""
    for forecast in forecasts:
        if forecast.features is None or forecast.probabilities is None:
            continue
        outputs = forecast.probabilities[None].tolist()
        (record,) = records_of_rows(
            plant, request_id, now, forecast.features[None], outputs, [(forecast.machine, at)]
        )
        yield record._replace(
            last_reading=forecast.last_reading, contributions=forecast.contributions
        )


def records_of_cases(
    case: ServedCase,
    request_id: str,
    rows: Sequence[Mapping[str, object]],
    predictions: CasePredictions,
) -> Iterator[ForecastRecord]:
    """Describe a case's predictions for the prediction store."""
    now = datetime.now(UTC)
    names = [output.name for output in case.manifest.outputs]
    for row, outputs in zip(rows, predictions.probabilities.tolist(), strict=True):
        told = orjson.dumps(row, option=orjson.OPT_SORT_KEYS)
        yield ForecastRecord(
            request_id=request_id,
            made_at=now,
            kind="case",
            name=case.name,
            version=case.version,
            machine=None,
            time=now,
            last_reading=None,
            inputs_sha256=hashlib.sha256(told).hexdigest(),
            probabilities=dict(zip(names, outputs, strict=True)),
            threshold=None,
        )
