"""Parts of the OpenAPI document that are alike for all models: problems, keys, MLflow's routes."""

from __future__ import annotations

from typing import Any

from faultcast.serving.example import example_row
from faultcast.serving.problems import MEDIA_TYPE
from faultcast.serving.scoring_protocol import CSV, FORMATS, JSON
from faultcast.serving.served import ServedModel, ServedPlant

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
COMPONENTS: dict[str, Json] = {
    "schemas": {
        "Problem": {
            "type": "object",
            "description": "A failure, RFC 9457.",
            "required": ["type", "title", "status", "detail", "instance", "request_id"],
            "properties": {
                "type": _TEXT,
                "title": _TEXT,
                "status": {"type": "integer"},
                "detail": _TEXT,
                "instance": _TEXT,
                "request_id": _TEXT,
                "errors": {
                    "type": "array",
                    "description": "every place at fault",
                    "items": {
                        "type": "object",
                        "required": ["pointer", "detail"],
                        "properties": {
                            "pointer": {"type": "string", "description": "JSON pointer"},
                            "detail": _TEXT,
                        },
                    },
                },
            },
        }
    },
    "headers": {
        "X-Request-ID": {
            "description": "the answer's id; a caller's own X-Request-ID is kept",
            "schema": _TEXT,
        },
        "X-Model-Version": {"description": "the version that answered", "schema": _TEXT},
    },
}
SECURITY: Json = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "basic": {"type": "http", "scheme": "basic", "description": "An API key as password."},
}
HEADERS: Json = {name: {"$ref": f"#/components/headers/{name}"} for name in COMPONENTS["headers"]}
_PROBLEMS = {
    "400": "The body cannot be read.",
    "401": "An API key is needed.",
    "403": "The API key may not do this.",
    "404": "No such model.",
    "408": "The body did not arrive in time.",
    "413": "The body is too large.",
    "422": "The body can be read and not used.",
    "429": "The caller has too many requests open.",
    "503": "The server is full, or the forecast took too long.",
}


def problems(*more: tuple[str, str]) -> Json:
    """Return the answers of a route that is given a body and fails."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    request_id = {"X-Request-ID": HEADERS["X-Request-ID"]}
    return {
        status: {"description": told, "headers": request_id, "content": content}
        for status, told in {**_PROBLEMS, **dict(more)}.items()
    }


def answer(description: str, schema: Json) -> Json:
    """Return the description of a good answer in JSON."""
    return {
        "description": description,
        "headers": HEADERS,
        "content": {JSON: {"schema": schema}},
    }


def base_path(model: ServedModel) -> str:
    """Return where a model's routes are."""
    return f"/{'plants' if isinstance(model, ServedPlant) else 'cases'}/{model.name}"


def describe_protocol(model: ServedModel, *, alone: bool) -> Json:
    """Describe MLflow's scoring protocol for a model; at the root too where it is alone."""
    example: Json = (
        example_row(model.manifest)
        if isinstance(model, ServedPlant)
        else dict(model.manifest.example)
    )
    columns, values = list(example), list(example.values())
    examples = {
        "dataframe_split": {"columns": columns, "data": [values]},
        "dataframe_records": [example],
        "instances": [example],
        "inputs": {name: [value] for name, value in example.items()},
    }
    csv = ",".join(columns) + "\n" + ",".join("" if v is None else str(v) for v in values) + "\n"
    body = {
        JSON: {
            "schema": {
                "type": "object",
                "description": f"exactly one of {', '.join(FORMATS)}",
                "minProperties": 1,
                "maxProperties": 1,
                "properties": {form: {} for form in FORMATS},
                "additionalProperties": False,
            },
            "examples": {form: {"value": {form: table}} for form, table in examples.items()},
        },
        CSV: {"schema": _TEXT, "example": csv},
    }
    predictions = {
        "type": "object",
        "required": ["predictions"],
        "properties": {"predictions": {"type": "array"}},
    }
    operation = {
        "summary": f"{model.manifest.title}: as `mlflow models serve` answers",
        "tags": ["MLflow's scoring protocol"],
        "requestBody": {"required": True, "content": body},
        "responses": {
            "200": answer("The model's outputs, row by row.", predictions),
            **problems(("415", "The body is neither JSON nor CSV in UTF-8.")),
        },
    }
    paths = [f"{base_path(model)}/invocations", *(["/invocations"] if alone else [])]
    return {path: {"post": operation} for path in paths}
