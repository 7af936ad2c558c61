"""Who does this: for the ledger and the decisions."""

from __future__ import annotations

import getpass
import subprocess
from pathlib import Path


def person(root: Path) -> str:
    """Return git's author (its settings, or GIT_AUTHOR_NAME), else the user of the machine."""
    try:
        asked = subprocess.run(
            ["git", "-C", root, "var", "GIT_AUTHOR_IDENT"],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return getpass.getuser()
    name = asked.stdout.partition("<")[0].strip() if asked.returncode == 0 else ""
    return name or getpass.getuser()
