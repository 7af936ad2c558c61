"""Images that stand in for those of a hub, made of what this machine has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.delivery.parts import Engine

BASE = "python:3.11-slim-bookworm"
# The base image of the Dockerfile for a machine that no hub can be reached from.
_PACKAGES = "python3,python3-venv,python3-pip,ca-certificates"
_LIKE_THE_BASE = """\
FROM scratch-debian
RUN ln -s python3 /usr/bin/python && rm -f /usr/lib/python3*/EXTERNALLY-MANAGED
"""
_KEPT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "faultcast"


def provide_base(engine: Engine) -> None:
    """Have the Dockerfile's base image: from a hub, else made of Debian's packages."""
    if engine.docker("images", "--quiet", BASE):
        return
    tree = _KEPT / "debian.tar"
    if not tree.exists():
        tree.parent.mkdir(parents=True, exist_ok=True)
        draft = tree.with_suffix(".new.tar")
        made = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={_PACKAGES}"]
        subprocess.run([*made, "bookworm", draft], check=True)
        draft.replace(tree)
    engine.docker("import", str(tree), "scratch-debian")
    engine.docker("build", "--quiet", "--tag", BASE, "-", given=_LIKE_THE_BASE)


def provide_service(engine: Engine, image: str) -> None:
    """Have an image by the name of a service that the engine itself stands in for."""
    text = f'FROM {BASE}\nCMD ["sleep", "infinity"]\n'
    engine.docker("build", "--quiet", "--tag", image, "-", given=text)


def provide_tools(engine: Engine, image: str, *programs: str) -> None:
    """Have an image with programs of this machine, each with its libraries."""
    with TemporaryDirectory() as name:
        for program in programs:
            found = shutil.which(program, path="/usr/bin:/bin") or program
            linked = subprocess.run(["ldd", found], capture_output=True, text=True, check=True)
            for file in map(Path, [found, *re.findall(r"/\S+", linked.stdout)]):
                place = Path(name, *file.parent.resolve().parts[1:], file.name)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, place)
        (Path(name) / "Dockerfile").write_text(f"FROM {BASE}\nCOPY usr /usr\n")
        engine.docker("build", "--quiet", "--tag", image, name)
