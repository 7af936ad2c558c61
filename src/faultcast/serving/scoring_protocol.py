"""MLflow's scoring protocol: the tables that a client of `mlflow models serve` may send.

https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/#json-input
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from faultcast.serving.body import read_json
from faultcast.serving.problems import ProblemError

FORMATS = ("dataframe_split", "dataframe_records", "instances", "inputs")
CSV, JSON = "text/csv", "application/json"
Row = dict[str, object]


def bad_request(detail: str) -> ProblemError:
    """Return the problem of a request that MLflow's server answers with 400."""
    return ProblemError(
        HTTPStatus.BAD_REQUEST, detail, more={"error_code": "BAD_REQUEST", "message": detail}
    )


def read_table(content_type: str, body: bytes, names: Sequence[str]) -> list[Row]:
    """Return the rows of a request to /invocations.

    Args:
        content_type: JSON or CSV, in UTF-8.
        body: the request's body.
        names: the model's inputs in their order, for tables without names.

    Raises:
        ProblemError: 415 for another content type, 400 for a table that cannot be read.
    """
    kind = _media_type(content_type)
    if kind == CSV:
        return _of_csv(body)
    content = _json(body)
    given = [key for key in FORMATS if isinstance(content, dict) and key in content]
    if not isinstance(content, dict) or len(given) != 1:
        raise bad_request(f"expected a JSON object with exactly one of {', '.join(FORMATS)}")
    (form,) = given
    if form == "dataframe_split":
        return _of_split(content[form], names)
    if form == "dataframe_records":
        return _of_records(content[form])
    if form == "inputs" and isinstance(content[form], dict):
        return _of_columns(content[form])
    return _of_instances(content[form], names)


def _json(body: bytes) -> object:
    try:
        return read_json(body)
    except ProblemError as fault:
        raise bad_request(fault.detail) from None


def _media_type(content_type: str) -> str:
    kind, *parameters = (part.strip() for part in content_type.split(";"))
    others = [one for one in parameters if one.lower().replace('"', "") != "charset=utf-8"]
    if kind not in (CSV, JSON) or others:
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"expected {JSON} or {CSV} in UTF-8, not {content_type[:80]!r}",
        )
    return kind


def _of_csv(body: bytes) -> list[Row]:
    try:
        rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise bad_request(f"the body is not CSV in UTF-8: {fault}") from None
    if any(None in row or None in row.values() for row in rows):
        raise bad_request("a row of the CSV has more or fewer cells than its header")
    return [{name: _cell(text) for name, text in row.items()} for row in rows]


def _cell(text: str) -> object:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return text


def _of_split(table: object, names: Sequence[str]) -> list[Row]:
    if not isinstance(table, dict) or "data" not in table or table.keys() - _SPLIT_KEYS:
        raise bad_request('dataframe_split: expected an object with "columns" and "data"')
    columns = table.get("columns") or list(names)
    if not isinstance(columns, list) or not all(isinstance(one, str) for one in columns):
        raise bad_request("dataframe_split: columns: expected a list of names")
    return _of_lists(table["data"], columns, "dataframe_split: data")


_SPLIT_KEYS = {"columns", "data", "index"}


def _of_lists(rows: object, columns: Sequence[str], place: str) -> list[Row]:
    if not isinstance(rows, list) or not all(
        isinstance(row, list) and len(row) == len(columns) for row in rows
    ):
        raise bad_request(f"{place}: expected a list of rows of {len(columns)} values each")
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _of_records(rows: object) -> list[Row]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise bad_request("expected a list of objects")
    return rows


def _of_columns(columns: Mapping[str, object]) -> list[Row]:
    lists = {name: one if isinstance(one, list) else [one] for name, one in columns.items()}
    if len({len(values) for values in lists.values()}) > 1:
        raise bad_request("inputs: expected lists of one length")
    return [dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)]


def _of_instances(rows: object, names: Sequence[str]) -> list[Row]:
    if isinstance(rows, list) and rows and isinstance(rows[0], list):
        return _of_lists(rows, names, "instances")
    return _of_records(rows)
