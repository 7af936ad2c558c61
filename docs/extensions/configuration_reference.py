"""The directive `configuration KIND`: a table for each mapping of a kind of configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from faultcast.config.case import Case
from faultcast.config.experiment import ExperimentSet
from faultcast.config.plant import Plant

Schema = dict[str, Any]

KINDS = {"plant": Plant, "case": Case, "experiment": ExperimentSet}

PLAIN_TYPES = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "yes or no",
}


class Configuration(SphinxDirective):
    """Write the tables in the order in which a configuration names its keys."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write Markdown from the JSON schema and have it parsed."""
        (kind,) = self.arguments
        schema = KINDS[kind].model_json_schema()
        del schema["properties"]["name"]  # the file's name says it
        lines = [
            line for path, part in _mappings(schema, schema) for line in _table(path, part, schema)
        ]
        text = StringList(lines, source=f"the JSON schema of a {kind}")
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def _mappings(part: Schema, schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield each mapping below a part of the schema, the part itself first."""
    yield path, part
    for key, value in part["properties"].items():
        named = _resolve(value, schema)
        inner, name = named, f"{path}.{key}".lstrip(".")
        if named.get("type") == "object" and "properties" not in named:
            (values,) = named["patternProperties"].values()
            inner, name = _resolve(values, schema), f"{name}.NAME"
        if "properties" in inner:
            yield from _mappings(inner, schema, name)


def _resolve(value: Schema, schema: Schema) -> Schema:
    """Follow a reference and take what may be null as what else it may be."""
    for option in value.get("anyOf", [value]):
        if "$ref" in option:
            return dict(schema["$defs"][option["$ref"].rsplit("/", maxsplit=1)[-1]])
        if option.get("type") != "null":
            return option
    raise ValueError(f"neither a type nor a reference: {value}")


def _table(path: str, part: Schema, schema: Schema) -> Iterator[str]:
    yield from (f"### `{path}`" if path else "### The whole file", "")
    yield from (part["description"].split("\n")[0], "")
    yield "| key | value | default | meaning |"
    yield "|---|---|---|---|"
    for key, value in part["properties"].items():
        default = _default(value, required=key in part.get("required", ()))
        yield f"| `{key}` | {_kind(value, schema)} | {default} | {_meaning(value, schema)} |"
    yield ""


def _meaning(value: Schema, schema: Schema) -> str:
    meaning = value.get("description") or _resolve(value, schema).get("description", "")
    return str(meaning).split("\n", maxsplit=1)[0].replace("<", "&lt;")


def _kind(value: Schema, schema: Schema) -> str:
    named = _resolve(value, schema)
    match named:
        case {"enum": choices}:
            return ", ".join(f"`{choice}`" for choice in choices)
        case {"type": "array", "items": items}:
            return f"list of: {_kind(items, schema)}"
        case {"type": "object"}:
            return "mapping"
        case {"examples": [*_, "7d"]}:
            return "duration"
    return PLAIN_TYPES[named["type"]]


def _default(value: Schema, *, required: bool) -> str:
    if required:
        return "required"
    default = value.get("default")
    if isinstance(default, dict):
        return "see below"
    return "none" if default in (None, "", []) else f"`{json.dumps(default)}`"


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the directive to Sphinx."""
    app.add_directive("configuration", Configuration)
    return {"parallel_read_safe": True}
