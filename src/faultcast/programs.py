"""Programs of this interpreter's environment, which need not be activated."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_FOLDER = Path(sys.executable).parent


def program(name: str) -> str:
    """Return the path of a program of the environment."""
    return str(_FOLDER / name)


def search_path(environment: Mapping[str, str] = os.environ) -> str:
    """Return a `PATH` that finds the environment's programs first, then those of another."""
    return os.pathsep.join([str(_FOLDER), environment.get("PATH", os.defpath)])
