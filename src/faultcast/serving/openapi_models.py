"""What one served model takes and answers, as OpenAPI paths made from its manifest."""

from __future__ import annotations

from typing import Any

from faultcast.config.duration import format_duration
from faultcast.config.plant import Sensor
from faultcast.scoring.case_manifest import CaseInput, class_name
from faultcast.scoring.manifest import Manifest
from faultcast.scoring.plant_forecast import Status
from faultcast.serving.example import example_readings, example_row
from faultcast.serving.openapi_parts import answer, base_path, problems
from faultcast.serving.scoring_protocol import JSON
from faultcast.serving.served import ServedCase, ServedPlant

Json = dict[str, Any]

_LARGEST = 3.4028234e38
_NAME: Json = {"type": "string", "minLength": 1}
_TIME: Json = {
    "type": "string",
    "format": "date-time",
    "description": "ISO 8601; without an offset it is in the plant's time zone",
}
_PROBABILITY: Json = {"type": "number", "minimum": 0, "maximum": 1}
_STATISTICS = ("last", "lag", "mean", "min", "max", "std", "slope")


def describe_plant(plant: ServedPlant) -> Json:
    """Describe `/forecasts` and `/features` of a plant."""
    manifest, path = plant.manifest, base_path(plant)
    return {
        f"{path}/forecasts": _post(
            f"{manifest.title}: forecast machines from recent readings and events",
            manifest.title,
            _records(manifest),
            example_readings(manifest),
            answer("One answer a machine.", _machines(manifest)),
        ),
        f"{path}/features": _post(
            f"{manifest.title}: forecast ready feature rows",
            manifest.title,
            _rows({name: _input(manifest, name) for name in manifest.features.names}, keys=True),
            {"rows": [example_row(manifest)]},
            answer("One answer a row, in their order.", _of_rows(manifest)),
        ),
    }


def describe_case(case: ServedCase, *, alone: bool) -> Json:
    """Describe `/predictions` of a case, and `/predict` where it is the only one."""
    manifest = case.manifest
    columns = {column.name: _column(column) for column in manifest.inputs}
    needed = [column.name for column in manifest.inputs if column.required]
    classes = [class_name(one) for one in manifest.target.classes]
    prediction = {
        "type": "object",
        "required": ["prediction", "probabilities"],
        "properties": {
            "prediction": {"enum": list(manifest.target.classes)},
            "probabilities": _object(dict.fromkeys(classes, _PROBABILITY)),
        },
    }
    paths = {
        f"{base_path(case)}/predictions": _post(
            f"{manifest.title}: predict rows",
            manifest.title,
            _rows(columns, needed=needed),
            {"rows": [manifest.example]},
            answer("One prediction a row.", _headed("case", "predictions", prediction)),
        )
    }
    if alone:
        parameters = [
            {
                "name": column.name,
                "in": "query",
                "required": column.required,
                "schema": columns[column.name],
                "example": column.example,
            }
            for column in manifest.inputs
        ]
        paths["/predict"] = {
            "get": {
                "summary": f"{manifest.title}: predict one row",
                "tags": [manifest.title],
                "parameters": parameters,
                "responses": {
                    "200": answer("The likeliest class.", {"enum": list(manifest.target.classes)}),
                    **problems(),
                },
            }
        }
    return paths


def _post(summary: str, tag: str, schema: Json, example: Json, good: Json) -> Json:
    content = {JSON: {"schema": schema, "example": example}}
    return {
        "post": {
            "summary": summary,
            "tags": [tag],
            "requestBody": {"required": True, "content": content},
            "responses": {"200": good, **problems()},
        }
    }


def _rows(inputs: Json, *, needed: list[str] | None = None, keys: bool = False) -> Json:
    optional: Json = {"machine": {"type": "string"}, "time": _TIME} if keys else {}
    row = _object({**inputs, **optional}, list(inputs) if needed is None else needed)
    return _object({"rows": {"type": "array", "minItems": 1, "items": row}})


def _object(properties: Json, required: list[str] | None = None) -> Json:
    return {
        "type": "object",
        "required": list(properties) if required is None else required,
        "properties": properties,
        "additionalProperties": False,
    }


def _input(manifest: Manifest, name: str) -> Json:
    """Describe an input of the model: its unit, and its sensor's range."""
    unit = manifest.features.units[name]
    described: Json = {
        "type": ["number", "null"],
        "minimum": -_LARGEST,
        "maximum": _LARGEST,
        "description": f"in {unit}" if unit != "1" else "a number without unit",
        "x-unit": unit,
    }
    for sensor, told in manifest.features.sensors.items():
        if any(name.startswith(f"{sensor}_{statistic}") for statistic in _STATISTICS):
            described["description"] += f"; {_sensor_range(told)}"
            described["x-range"] = [told.min, told.max]
    return described


def _sensor_range(sensor: Sensor) -> str:
    meaning = f"{sensor.meaning}, " if sensor.meaning else ""
    return f"{meaning}whose readings go from {sensor.min:g} to {sensor.max:g} {sensor.unit}"


def _records(manifest: Manifest) -> Json:
    spec, logs = manifest.features, manifest.logs
    history = format_duration(spec.history)
    sensors = {
        name: {
            "type": ["number", "null"],
            "description": f"in {sensor.unit}; {_sensor_range(sensor)}; outside it is missing",
            "x-unit": sensor.unit,
            "x-range": [sensor.min, sensor.max],
        }
        for name, sensor in spec.sensors.items()
    }
    event = {"machine": _NAME, "time": _TIME, "code": _NAME}
    kinds = {"kind": {"enum": ["error", "maintenance", "failure"]}}
    described = {
        "machine": _NAME,
        "model": {"type": ["string", "null"], "examples": list(spec.models)},
        "installed": {"type": ["string", "null"], "format": "date-time"},
    }
    own = ", ".join(
        f"{column} = {name}"
        for columns in logs.columns.values()
        for column, name in columns.items()
        if column != name
    )
    return {
        "type": "object",
        "required": ["readings"],
        "additionalProperties": False,
        "description": f"Rows may use the plant's own column names ({own})." if own else "",
        "properties": {
            "at": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "the moment from which the horizon runs; default: now",
            },
            "readings": {
                "type": "array",
                "description": f"of the last {history}, usually every "
                f"{format_duration(logs.interval)}; gaps are allowed",
                "items": _open({"machine": _NAME, "time": _TIME, **sensors}, ["machine", "time"]),
            },
            "events": _table(
                "of the machine's life: the last replacements, and errors of the last "
                f"{format_duration(spec.windows[-1])}",
                {**event, **kinds},
            ),
            "errors": _table("error messages, instead of among events", event),
            "maintenance": _table("replacements, instead of among events", event),
            "failures": _table("failures, instead of among events", event),
            "machines": {
                "type": "array",
                "description": "machines that are newer than the model",
                "items": _open(described, ["machine"]),
            },
        },
    }


def _table(description: str, columns: Json) -> Json:
    return {"type": "array", "description": description, "items": _open(columns, list(columns))}


def _open(properties: Json, required: list[str]) -> Json:
    return {"type": "object", "required": required, "properties": properties}


def _risk(manifest: Manifest) -> Json:
    horizons = map(format_duration, (manifest.horizon, *manifest.horizons))
    horizon = {"type": "string", "examples": list(horizons)}
    further = _object({"horizon": horizon, "probability": _PROBABILITY})
    component = _object(
        {
            "component": {"enum": list(manifest.components)},
            "horizon": horizon,
            "probability": _PROBABILITY,
        }
    )
    return {
        "risk": {"enum": ["high", "low"], "description": "high from the threshold on"},
        "probability": {**_PROBABILITY, "description": "that the machine fails in the horizon"},
        "horizon": horizon,
        "threshold": _PROBABILITY,
        "components": {"type": "array", "items": component},
        "further_horizons": {
            "type": "array",
            "description": "that the machine fails in another horizon",
            "items": further,
        },
    }


def _of_rows(manifest: Manifest) -> Json:
    risk = _risk(manifest)
    return _headed("plant", "forecasts", _open(risk, list(risk)))


def _machines(manifest: Manifest) -> Json:
    told = {
        "machine": {"type": "string"},
        "status": {"enum": [status.value for status in Status]},
        "detail": {"type": "string", "description": "why there is no forecast"},
        "last_reading": {"type": "string", "format": "date-time"},
        "age_hours": {"type": "number", "description": "from the last reading to `at`"},
        "contributions": {
            "type": "array",
            "description": "what each source adds to the machine's probability, compared with a "
            "row in which everything is as usual; the strongest first",
            "items": _object({"source": {"type": "string"}, "contribution": {"type": "number"}}),
        },
        "notes": {"type": "array", "items": {"type": "string"}},
        **_risk(manifest),
    }
    answers = _headed("plant", "forecasts", _open(told, ["machine", "status"]))
    answers["properties"]["at"] = {"type": "string", "format": "date-time"}
    return answers


def _headed(kind: str, key: str, item: Json) -> Json:
    return _open(
        {
            "request_id": {"type": "string"},
            "model": _object({kind: {"type": "string"}, "version": {"type": "string"}}),
            key: {"type": "array", "items": item},
        },
        ["request_id", "model", key],
    )


def _column(column: CaseInput) -> Json:
    described: Json = {"description": "; ".join(filter(None, [column.meaning, column.unit]))}
    if column.values:
        return {**described, "enum": list(column.values)}
    kind = {"number": "number", "integer": "integer", "boolean": "boolean"}[column.type.value]
    described["type"] = kind if column.required else [kind, "null"]
    if column.min is not None and column.max is not None:
        described |= {"minimum": column.min, "maximum": column.max}
    return described
