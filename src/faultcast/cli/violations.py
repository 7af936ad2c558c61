"""Violations of a contract, all of them where asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def all_option(command: F) -> F:
    """Give a command the option `--all`, as its argument `everything`."""
    text = "List every violation, not the first few."
    return click.option("--all", "everything", is_flag=True, help=text)(command)


@contextmanager
def listed(everything: bool) -> Iterator[None]:
    """List every violation of a contract that is broken inside, before the error's own few."""
    from faultcast.errors import ContractError

    try:
        yield
    except ContractError as broken:
        if everything:
            click.echo("\n".join(map(str, broken.violations)))
        raise
