"""Jinja2 templates: a package keeps its own in a folder `templates`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def templates(package: str, *, escape: bool = True, **filters: Callable[..., Any]) -> Environment:
    """Return the templates of a package, in which an unknown name is an error.

    Args:
        package: its dotted name.
        escape: whether they are HTML, in which values are text.
        filters: what they may apply to values, by name.
    """
    environment = Environment(
        loader=PackageLoader(package),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= filters
    return environment
