"""Paths as people type them, in relation to the project."""

from __future__ import annotations

import os
from pathlib import Path

from faultcast.errors import OutsideProjectError


def inside(root: Path, typed: str | Path, here: Path | None = None) -> Path:
    """Return the absolute path of what was typed in a folder, by default the working directory.

    Raises:
        OutsideProjectError: it leaves the project.
    """
    path = Path(os.path.normpath((here or Path.cwd()) / typed))
    if not path.is_relative_to(root):
        raise OutsideProjectError(str(typed), root)
    return path
