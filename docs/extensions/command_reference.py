"""The directive `commands`: the help of every `faultcast` command, as the terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator

import click
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from faultcast.cli import faultcast


class Commands(SphinxDirective):
    """Write a section for each command, the group's own help first."""

    def run(self) -> list[nodes.Node]:
        """Write Markdown from the commands' help and have it parsed."""
        context = faultcast.make_context("faultcast", [], resilient_parsing=True, terminal_width=88)
        lines = [line for path, help_text in _helps(context) for line in _section(path, help_text)]
        text = StringList(lines, source="the help of faultcast")
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def _helps(context: click.Context) -> Iterator[tuple[str, str]]:
    yield context.command_path, context.get_help()
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command is not None and not command.hidden:
                yield from _helps(type(context)(command, parent=context, info_name=name))


def _section(path: str, help_text: str) -> Iterator[str]:
    yield from (f"## `{path}`", "", "```text", *help_text.splitlines(), "```", "")


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the directive to Sphinx."""
    app.add_directive("commands", Commands)
    return {"parallel_read_safe": True}
