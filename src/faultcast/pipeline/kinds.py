"""The types of parameters, as annotations and defaults in a notebook's code say them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce
from operator import or_
from types import EllipsisType, NoneType
from typing import Any, Literal

_PLAIN: dict[str, Any] = {
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "list": list,
    "dict": dict,
    "tuple": tuple,
    "date": date,
    "datetime": datetime,
    "None": NoneType,
}
_GENERIC: dict[str, Any] = {"list": list, "dict": dict, "tuple": tuple}
_DATES: dict[str, Any] = {"date": date, "datetime": datetime}


def annotated_kind(annotation: ast.expr) -> Any:
    """Return the type of an annotation; Any where values cannot be checked against it."""
    match annotation:
        case ast.Constant(value=None):
            return NoneType
        case ast.Constant(value=str(text)):
            return annotated_kind(ast.parse(text, mode="eval").body)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _PLAIN.get(name, Any)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _union([annotated_kind(left), annotated_kind(right)])
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            return _subscripted(name, inner.elts if isinstance(inner, ast.Tuple) else [inner])
    return Any


def default_kind(default: ast.expr) -> Any:
    """Return the type of a default; Any where it says too little, as None does."""
    if constructor := date_constructor(default):
        return _DATES[constructor.rpartition(".")[2]]
    try:
        return _kind_of(ast.literal_eval(default))
    except ValueError:
        return Any


def date_constructor(default: ast.expr | None) -> str | None:
    """Return how a default spells `date` or `datetime`, for example `datetime.date`."""
    if isinstance(default, ast.Call):
        name = ast.unparse(default.func)
        if name.rpartition(".")[2] in _DATES:
            return name
    return None


def kind_name(kind: Any) -> str:
    """Return a type as people write it: `int | None`, `list[str]`."""
    if kind in (None, NoneType):
        return "None"
    if isinstance(kind, type) and not hasattr(kind, "__args__"):
        return kind.__name__
    return str(kind).replace("typing.", "").replace("datetime.", "")


def _subscripted(name: str, arguments: list[ast.expr]) -> Any:
    if name == "Literal":
        return Literal[tuple(ast.literal_eval(one) for one in arguments)]
    kinds = [_argument(one) for one in arguments]
    if name in {"Optional", "Union"}:
        return _union([*kinds, NoneType] if name == "Optional" else kinds)
    return _GENERIC[name][tuple(kinds)] if name in _GENERIC else Any


def _argument(argument: ast.expr) -> Any:
    is_ellipsis = isinstance(argument, ast.Constant) and isinstance(argument.value, EllipsisType)
    return ... if is_ellipsis else annotated_kind(argument)


def _union(kinds: list[Any]) -> Any:
    return Any if Any in kinds else reduce(or_, dict.fromkeys(kinds))


def _kind_of(value: object) -> Any:
    match value:
        case None:
            return Any
        case list():
            return _GENERIC["list"][_common_kind(value)]
        case dict():
            return _GENERIC["dict"][_common_kind(value), _common_kind(value.values())]
        case tuple():
            return _GENERIC["tuple"][_common_kind(value), ...]
    return type(value)


def _common_kind(values: Iterable[object]) -> Any:
    kinds = {_kind_of(value) for value in values}
    if kinds == {int, float}:
        return float
    return kinds.pop() if len(kinds) == 1 else Any
