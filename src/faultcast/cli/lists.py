"""Options that take several values: `--plant a b` means `--plant a --plant b`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import click


class ListsCommand(click.Command):
    """A command whose repeatable options take lists, once its arguments have been read."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words of a call."""
        return super().parse_args(ctx, list(self._repeated(args)))

    def _repeated(self, args: list[str]) -> Iterator[str]:
        """Yield the words of a call with the option before each of its values."""
        options = [one for one in self.params if isinstance(one, click.Option)]
        values = {name: one.nargs for one in options if not one.is_flag for name in one.opts}
        lists = {name for one in options if one.multiple for name in one.opts}
        arguments = len(self.params) - len(options)
        words, name = deque(args), ""
        while words and words[0] != "--":
            if words[0].startswith("-"):
                name = words.popleft()
            elif arguments > 0 or name not in lists:
                arguments -= 1
                yield words.popleft()
                continue
            yield name
            yield from (words.popleft() for _ in range(min(values.get(name, 0), len(words))))
        yield from words
