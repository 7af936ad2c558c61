from __future__ import annotations

import datetime as dates
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from faultcast.errors import ParameterError
from faultcast.pipeline.document import Notebook
from faultcast.pipeline.parameters import Text, check_parameters, format_text, literal, parse_text
from faultcast.pipeline.signature import Parameter, Signature
from faultcast.pipeline.values import read_values

NOTEBOOK = Notebook(Path("n.ipynb"), {"cells": []})

texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(),
    float: st.floats(allow_nan=False),
    str: texts,
    date: st.dates(),
    datetime: st.datetimes().map(lambda moment: moment.replace(fold=0)),
}
kinds: dict[Any, st.SearchStrategy[Any]] = {
    **scalars,
    str | None: st.none() | texts,
    int | str: st.integers() | texts,
    date | None: st.none() | st.dates(),
    float | bool | None: st.none() | st.booleans() | st.floats(allow_nan=False),
    list[str]: st.lists(texts),
    list[date]: st.lists(st.dates()),
    list[int | None]: st.lists(st.none() | st.integers()),
    dict[str, float]: st.dictionaries(texts, st.floats(allow_nan=False, allow_infinity=False)),
    Literal["fast", "exact", 3]: st.sampled_from(["fast", "exact", 3]),
    Any: st.none() | st.booleans() | st.integers() | texts | st.lists(texts | st.integers()),
}
values = st.one_of([st.tuples(st.just(kind), strategy) for kind, strategy in kinds.items()])


def checked(values: Mapping[str, object], *parameters: Parameter) -> dict[str, Any]:
    return check_parameters(NOTEBOOK, Signature(parameters), values)


def same(one: Any, other: Any) -> bool:
    """Whether values and all types in them are equal."""
    return bool(one == other) and repr(one) == repr(other)


@given(values)
def test_a_value_survives_the_command_line(kind_and_value: tuple[Any, Any]) -> None:
    kind, value = kind_and_value
    assert same(parse_text(kind, format_text(kind, value)), value)


@given(values)
def test_a_value_survives_yaml(kind_and_value: tuple[Any, Any]) -> None:
    kind, value = kind_and_value
    given_values = yaml.safe_load(yaml.safe_dump({"value": value}, sort_keys=False))
    assert same(checked(given_values, Parameter("value", kind))["value"], value)


@given(values)
def test_a_value_survives_as_code(kind_and_value: tuple[Any, Any]) -> None:
    _, value = kind_and_value
    assert same(eval(literal(value)), value)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), (1,), (), {"a": [date(2026, 1, 1)]}])
def test_values_without_a_literal_are_written_as_code_too(value: Any) -> None:
    assert repr(eval(literal(value))) == repr(value)


def test_a_date_is_written_as_the_notebook_spells_it() -> None:
    text = literal(date(2026, 1, 2), "dates.date")
    assert text == 'dates.date.fromisoformat("2026-01-02")'
    assert eval(text, {"dates": dates}) == date(2026, 1, 2)


@pytest.mark.parametrize(
    "text", ["a=b", '"quoted"', "it's", "", " spaces ", "None", "true", "007", "[1]", "-p", "ä\tß"]
)
def test_text_for_a_text_parameter_is_taken_as_it_is(text: str) -> None:
    assert parse_text(str, text) == text


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (bool, "false", False),
        (bool, "True", True),
        (int, "007", 7),
        (float, "1e-3", 0.001),
        (str | None, "null", None),
        (str | None, '"null"', "null"),
        (list[str], "['a', 'b']", ["a", "b"]),
        (list[date], '["2026-01-02"]', [date(2026, 1, 2)]),
        (tuple[int, ...], "[1, 2]", (1, 2)),
        (Any, "[1, 'a']", [1, "a"]),
        (Any, "plain words", "plain words"),
    ],
)
def test_text_is_read_as_its_parameter_says(kind: Any, text: str, value: Any) -> None:
    assert same(parse_text(kind, text), value)


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ParameterError, match=r"plnt: .* did you mean plant\?") as refused:
        checked({"plnt": Text("foundry")}, Parameter("plant", str), Parameter("hours", int))
    assert refused.value.exit_code == 2


def test_an_unknown_name_without_a_near_one_lists_all() -> None:
    with pytest.raises(ParameterError, match=re.escape("plant (str)")) as refused:
        checked({"zzz": Text("1")}, Parameter("plant", str))
    assert "did you mean" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, Text("many")),
        (int, Text("1.5")),
        (int, "1"),
        (int, True),
        (int, 1.0),
        (bool, Text("0")),
        (bool, 1),
        (str, 1),
        (str, date(2026, 1, 1)),
        (str, None),
        (float, Text("wide")),
        (float, "1.0"),
        (date, Text("01.02.2026")),
        (date, "2026-01-01"),
        (list[str], Text("a, b")),
        (list[str], [1]),
        (list[int], Text('["a"]')),
        (Literal["a", "b"], Text("c")),
        (str | None, 3),
    ],
)
def test_a_wrong_type_is_refused(kind: Any, value: object) -> None:
    with pytest.raises(ParameterError, match="value: "):
        checked({"value": value}, Parameter("value", kind))


def test_a_whole_number_is_a_float() -> None:
    assert same(checked({"share": 1}, Parameter("share", float))["share"], 1.0)


def test_a_missing_required_value_is_refused() -> None:
    with pytest.raises(ParameterError, match="plant: missing"):
        checked({}, Parameter("plant", str, required=True))


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(ParameterError) as refused:
        checked(
            {"hurs": Text("1"), "share": Text("wide")},
            Parameter("hours", int),
            Parameter("share", float),
            Parameter("plant", str, required=True),
        )
    assert len(refused.value.faults) == 3


def test_values_come_in_the_order_of_the_notebook() -> None:
    given_values = {"b": 1, "a": 2}
    assert list(checked(given_values, Parameter("a", int), Parameter("b", int))) == ["a", "b"]


def test_a_section_of_a_file_keeps_its_types(tmp_path: Path) -> None:
    file = tmp_path / "params.yaml"
    file.write_text("plants: [a]\nfeatures:\n  late:\n    start: 2026-01-02\n    code: '007'\n")
    values = read_values(f"{file}:features.late")
    assert same(values, {"start": date(2026, 1, 2), "code": "007"})
