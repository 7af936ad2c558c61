"""The JSON schema of configuration files, for people and editors."""

from __future__ import annotations

from typing import Any

from faultcast.config.case import Case
from faultcast.config.frozen import Frozen
from faultcast.config.plant import Plant

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def plant_schema() -> dict[str, Any]:
    """Return the JSON schema of `configs/plants/<plant>.yaml`; the file's name is the plant's."""
    return _schema(Plant)


def case_schema() -> dict[str, Any]:
    """Return the JSON schema of `configs/cases/<case>.yaml`; the file's name is the case's."""
    return _schema(Case)


def _schema(kind: type[Frozen]) -> dict[str, Any]:
    schema = kind.model_json_schema()
    del schema["properties"]["name"]
    schema["required"].remove("name")
    return {"$schema": _DIALECT, **schema}
