"""`faultcast lineage`: the chain from an answer or a model back to raw files, each link checked."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.tree import Tree

    from faultcast.config.layout import Layout
    from faultcast.tracking.lineage import Lineage
    from faultcast.tracking.link import Link

_WIDE = 240  # in a file or a pipe, lines are whole


@click.command()
@click.argument("subject", metavar="VERSION|RUN|MODEL|REQUEST")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def lineage(subject: str, as_json: bool) -> None:
    """Show what a model was made from, and check every link of the chain.

    VERSION is such as foundry/3, foundry@champion or foundry/sha256:664ba741857e, RUN the id of a
    tracked run or its beginning, MODEL a model's file or folder, REQUEST the X-Request-ID of an
    answer that the prediction store (FAULTCAST_STORE) knows. Every hash is computed anew. A link
    that is broken or missing is named, and the exit code is 1.

    \b
    Example:
      faultcast lineage foundry@champion
    """
    from faultcast.config.layout import Layout

    found = _traced(Layout.find(), subject)
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
    else:
        _show(found)
    sys.exit(1 if found.faults else 0)


def _traced(layout: Layout, text: str) -> Lineage:
    from faultcast.cli.answered import find_answer
    from faultcast.errors import UnknownSubjectError
    from faultcast.tracking.lineage import trace

    try:
        return trace(layout, text)
    except UnknownSubjectError:
        answer = find_answer(layout.root, text)
        if answer is None:
            raise
        behind = trace(layout, answer.model)
        return replace(behind, subject=text, links=(answer.link, *behind.links))


def _show(found: Lineage) -> None:
    from rich.console import Console
    from rich.tree import Tree

    top = branch = Tree(found.subject)
    for link in found.links:
        branch = _add(branch, link)
    Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False).print(top)
    count = len(found.faults)
    if count:
        click.echo(f"\n{count} link{'s do' if count > 1 else ' does'} not hold:")
        for fault in found.faults:
            click.echo(f"  {fault}")
    else:
        click.echo("\nEvery link holds.")


def _add(branch: Tree, link: Link) -> Tree:
    from rich.text import Text

    sign = ("✗ ", "red") if link.faults else ("✓ ", "green")
    below = branch.add(Text.assemble(sign, (link.name, "bold"), f"  {link.value}"))
    for fault in link.faults:
        below.add(Text(fault, "red"))
    for part in link.parts:
        _add(below, part)
    return below
