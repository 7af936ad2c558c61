"""The parameters of a notebook, read from its code without running it."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any

from faultcast.errors import NotebookError
from faultcast.pipeline.document import PARAMETERS, Notebook
from faultcast.pipeline.kinds import annotated_kind, date_constructor, default_kind, kind_name


@dataclass(frozen=True)
class Parameter:
    """A name that the parameters cell assigns.

    Args:
        name: the variable.
        kind: its type; Any where the cell does not say.
        required: whether a value must be given: `plant: str` or `plant = ...`.
        meaning: the comment beside it.
        constructor: how the cell spells `date` or `datetime`, for example `datetime.date`.
        default: the value in the cell where it is a literal.
    """

    name: str
    kind: Any
    required: bool = False
    meaning: str = ""
    constructor: str | None = None
    default: Any = None

    def __str__(self) -> str:
        required = ", must be given" if self.required else ""
        meaning = f": {self.meaning}" if self.meaning else ""
        return f"{self.name} ({kind_name(self.kind)}{required}){meaning}"


@dataclass(frozen=True)
class Signature:
    """What a notebook accepts, in the order of its parameters cell."""

    parameters: tuple[Parameter, ...]

    @classmethod
    def of(cls, notebook: Notebook) -> Signature:
        """Read the cell tagged `parameters`; a notebook without one accepts nothing.

        Raises:
            NotebookError: two such cells, or one with more than assignments.
        """
        sources = [cell.source for cell in notebook.code_cells if PARAMETERS in cell.tags]
        if len(sources) > 1:
            raise NotebookError(notebook.path, "two cells are tagged parameters; keep one")
        found: dict[str, Parameter] = {}
        for source in sources:
            comments = _comments(source)
            for statement in _statements(notebook, source):
                comment = comments.get(statement.end_lineno or 0, "")
                found.update((one.name, one) for one in _assigned(notebook, statement, comment))
        return cls(tuple(found.values()))

    def optional(self) -> Signature:
        """Return the same signature with no parameter that must be given."""
        return Signature(tuple(replace(one, required=False) for one in self.parameters))

    def default_of(self, name: str) -> Any:
        """Return the literal default of a parameter; None where it has none or does not exist."""
        return next((one.default for one in self.parameters if one.name == name), None)


def _statements(notebook: Notebook, source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError as broken:
        fault = f"line {broken.lineno} of its parameters cell is not Python: {broken.msg}"
        raise NotebookError(notebook.path, fault) from None


def _assigned(notebook: Notebook, statement: ast.stmt, comment: str) -> Iterator[Parameter]:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
            required = value is None or _is_ellipsis(value)
            kind = annotated_kind(annotation)
            yield Parameter(name, kind, required, comment, date_constructor(value), _literal(value))
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _bound(target, value, comment)
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return
        case _:
            line = f"line {statement.lineno} of its parameters cell"
            fault = f"{line} is more than an assignment; move it to a cell of its own"
            raise NotebookError(notebook.path, fault)


def _bound(target: ast.expr, value: ast.expr, comment: str) -> Iterator[Parameter]:
    """Yield the names of an assignment, one by one where both sides are written out."""
    match target, value:
        case ast.Name(id=name), _:
            required = _is_ellipsis(value)
            kind = Any if required else default_kind(value)
            yield Parameter(name, kind, required, comment, date_constructor(value), _literal(value))
        case ast.Tuple(elts=names), ast.Tuple(elts=values) if len(names) == len(values):
            for one, its_value in zip(names, values, strict=True):
                yield from _bound(one, its_value, comment)
        case ast.Tuple(elts=names) | ast.List(elts=names), _:
            yield from (Parameter(one.id, Any) for one in names if isinstance(one, ast.Name))


def _literal(value: ast.expr | None) -> Any:
    try:
        return ast.literal_eval(value) if value else None
    except ValueError:
        return None


def _is_ellipsis(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is Ellipsis


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("#").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }
