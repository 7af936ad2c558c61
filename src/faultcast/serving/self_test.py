"""A model's first forecasts, before anyone relies on it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from faultcast.errors import SelfTestError
from faultcast.scoring.plant_forecast import Status, forecast_machines
from faultcast.scoring.session import Matrix
from faultcast.serving.example import example_readings, example_row
from faultcast.serving.records import read_recent
from faultcast.serving.rows import read_features
from faultcast.serving.served import ServedCase, ServedModel, ServedPlant


def check_model(model: ServedModel) -> None:
    """Let a model forecast its own examples, by every path that a request may take.

    Raises:
        SelfTestError: it fails, or what it answers are no probabilities.
    """
    try:
        problem = _test_plant(model) if isinstance(model, ServedPlant) else _test_case(model)
    except Exception as failure:  # noqa: BLE001  # whatever a model does, the old one serves on
        problem = f"{type(failure).__name__}: {failure}"
    if problem:
        raise SelfTestError(model.folder, model.version, problem)


def _test_plant(plant: ServedPlant) -> str:
    manifest = plant.manifest
    shape = len(manifest.outputs)
    ready = plant.model.outputs(read_features(plant, [example_row(manifest)]))
    recent = read_recent(example_readings(manifest), manifest, datetime.now(UTC), most_rows=10_000)
    (forecast,) = forecast_machines(plant.model, recent.records, recent.at)
    if forecast.status is not Status.OK or forecast.probabilities is None:
        return f"its own example is not forecast: {forecast.detail}"
    return _fault(ready[0], shape) or _fault(forecast.probabilities, shape)


def _test_case(case: ServedCase) -> str:
    answer = case.model.predict([case.manifest.example])
    fault = _fault(answer.probabilities[0], len(case.manifest.outputs))
    if not fault and abs(float(answer.probabilities.sum()) - 1) > 1e-3:
        return "the probabilities of the classes do not add up to 1"
    return fault


def _fault(probabilities: Matrix, count: int) -> str:
    if probabilities.shape != (count,):
        return f"it gives {probabilities.size} outputs, its manifest promises {count}"
    if not (np.isfinite(probabilities) & (probabilities >= 0) & (probabilities <= 1)).all():
        return f"it gives {probabilities.tolist()}, which are no probabilities"
    return ""
