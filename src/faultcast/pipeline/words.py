"""Words of a stage's command in `dvc.yaml`: safe from the shell and from DVC's templates."""

from __future__ import annotations

import re
import shlex

from faultcast.errors import LineBreakError

PLANT = "${item.plant}"
_SAFE = re.compile(r"[\w@%+=:,./-]*", re.ASCII)


def word(text: str) -> str:
    """Return a word that reaches the command as it is.

    Raises:
        LineBreakError: DVC would take it for two commands.
    """
    if len(text.splitlines()) > 1 or text.endswith(("\n", "\r")):
        raise LineBreakError(text)
    return shlex.quote(text).replace("${", r"\${")


def path_word(path: str) -> str:
    """Return a path in which `${item.plant}` stands for a plant, whose name is safe."""
    parts = path.split(PLANT)
    if all(_SAFE.fullmatch(part) for part in parts):
        return path
    return PLANT.join(word(part) if part else "" for part in parts)
