"""Values for parameters: read from text, checked against the signature, written as code."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import ConfigDict, TypeAdapter, ValidationError

from faultcast.errors import ParameterError
from faultcast.pipeline.document import Notebook
from faultcast.pipeline.hint import did_you_mean
from faultcast.pipeline.kinds import kind_name
from faultcast.pipeline.signature import Parameter, Signature

_NOTHING = {"None", "null"}
_TRUTH = {"true": True, "false": False}
_EXAMPLES: dict[Any, str] = {
    bool: "true or false",
    date: "2026-11-22",
    datetime: "2026-11-22T06:00:00",
    list: '["a", "b"]',
    dict: '{"a": 1}',
    tuple: '["a", "b"]',
}


@dataclass(frozen=True)
class Text:
    """A value as it was typed: its meaning follows from the parameter's type."""

    text: str


def check_parameters(
    notebook: Notebook, signature: Signature, given: Mapping[str, object]
) -> dict[str, Any]:
    """Return the given values in the types that the notebook declares, in its order.

    Args:
        notebook: for the message.
        signature: what the notebook accepts.
        given: typed values, or `Text` where a value was typed on a command line.

    Raises:
        ParameterError: unknown names, wrong types and missing values, all of them.
    """
    values, faults = {}, list(_unknown(signature, given))
    for parameter in signature.parameters:
        if parameter.name not in given:
            if parameter.required:
                faults.append(f"{parameter.name}: missing; it has no default")
            continue
        try:
            values[parameter.name] = _typed(parameter.kind, given[parameter.name])
        except (ValueError, SyntaxError):
            faults.append(f"{parameter.name}: {_mismatch(parameter, given[parameter.name])}")
    if faults:
        raise ParameterError(notebook.path, faults, [str(one) for one in signature.parameters])
    return values


def parse_text(kind: Any, text: str) -> Any:
    """Read a typed value as a type: `str` takes it as it is, lists and mappings are JSON or Python.

    Raises:
        ValueError: the text is no value of that type.
    """
    return _typed(kind, Text(text))


def format_text(kind: Any, value: Any) -> str:
    """Write a value so that `parse_text` gives it back."""
    plain = value if isinstance(value, str) else _plain_text(value)
    try:
        back = parse_text(kind, plain)
    except (ValueError, SyntaxError):
        back = NotImplemented
    same = type(back) is type(value) and repr(back) == repr(value)
    return plain if same else json.dumps(value, ensure_ascii=False)


def literal(value: Any, constructor: str | None = None) -> str:
    """Write a value as Python code; `constructor` is how the notebook spells its date type."""
    if isinstance(value, date):  # datetime is one too
        spelled = constructor or f'__import__("datetime").{type(value).__name__}'
        return f'{spelled}.fromisoformat("{value.isoformat()}")'
    if isinstance(value, float) and not isfinite(value):
        return f'float("{value}")'
    if isinstance(value, list):
        return f"[{', '.join(literal(one, constructor) for one in value)}]"
    if isinstance(value, tuple):
        inner = ", ".join(literal(one, constructor) for one in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, dict):
        pairs = (f"{literal(k, constructor)}: {literal(v, constructor)}" for k, v in value.items())
        return f"{{{', '.join(pairs)}}}"
    return repr(value)


def _unknown(signature: Signature, given: Mapping[str, object]) -> Iterator[str]:
    known = [parameter.name for parameter in signature.parameters]
    for name in given:
        if name not in known:
            yield f"{name}: the notebook has no such parameter{did_you_mean(name, known)}"


def _typed(kind: Any, given: object) -> Any:
    if isinstance(given, Text):
        return _read(kind, given.text)
    if isinstance(given, list) and tuple in (kind, get_origin(kind)):
        given = tuple(given)
    return _checked(kind, given)


def _checked(kind: Any, value: object) -> Any:
    """Check a value strictly: no text becomes a number and no number a truth value."""
    if kind is Any:
        return value
    return TypeAdapter(kind, config=ConfigDict(strict=True)).validate_python(value)


def _read(kind: Any, text: str) -> Any:
    if kind in _READERS:
        return _READERS[kind](text)
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _read_union(get_args(kind), text)
    if origin is Literal:
        return _member(kind, text)
    return _read_container(kind, text)


def _read_union(kinds: tuple[Any, ...], text: str) -> Any:
    others = [kind for kind in kinds if kind is not str]
    for kind in others:
        try:
            return _read(kind, text)
        except (ValueError, SyntaxError):
            continue
    if str not in kinds:
        raise ValueError(text)
    return _unquoted(text)


def _read_container(kind: Any, text: str) -> Any:
    adapter: TypeAdapter[Any] = TypeAdapter(kind, config=ConfigDict(strict=True))
    try:
        return adapter.validate_json(text)  # dates in it are ISO text
    except ValidationError:
        return _typed(kind, ast.literal_eval(text))


def _member(kind: Any, text: str) -> Any:
    for value in get_args(kind):
        if str(value) == text:
            return value
    raise ValueError(text)


def _nothing(text: str) -> None:
    if text not in _NOTHING:
        raise ValueError(text)


def _truth(text: str) -> bool:
    if text.lower() not in _TRUTH:
        raise ValueError(text)
    return _TRUTH[text.lower()]


def _unquoted(text: str) -> str:
    """Take the quotes off text that could be taken for something else, such as `"None"`."""
    try:
        value = json.loads(text) if text.startswith('"') else text
    except json.JSONDecodeError:
        return text
    return value if isinstance(value, str) else text


def _guessed(text: str) -> Any:
    if text in _NOTHING:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    with suppress(json.JSONDecodeError):
        if text.startswith(("[", "{", '"')):
            return json.loads(text)
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _plain_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, default=date.isoformat, ensure_ascii=False)
    return str(value)


def _mismatch(parameter: Parameter, given: object) -> str:
    wanted = kind_name(parameter.kind)
    plain = get_origin(parameter.kind) or parameter.kind
    example = f", for example {_EXAMPLES[plain]}" if plain in _EXAMPLES else ""
    if isinstance(given, Text):
        return f"{given.text!r} cannot be read as {wanted}{example}"
    return f"{given!r} is {type(given).__name__}, but the notebook declares {wanted}{example}"


_READERS: dict[Any, Callable[[str], Any]] = {
    Any: _guessed,
    NoneType: _nothing,
    bool: _truth,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    float: float,
    int: int,
    str: str,
}
