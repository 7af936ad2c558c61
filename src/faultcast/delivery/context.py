"""What the image is built from: a wheel of this checkout, the serving lock, the champions."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from faultcast.config.layout import Layout
from faultcast.errors import DeliveryError
from faultcast.files import replacing_folder
from faultcast.tracking.commit import current_commit
from faultcast.tracking.registry import Registry
from faultcast.tracking.version import Alias, Version

MODELS = "artifacts"


def write_context(layout: Layout, folder: Path) -> dict[str, Version]:
    """Write a folder from which the Dockerfile builds; return the champions in it, by name.

    `labels` names version, commit and models for the image's labels.

    Raises:
        DeliveryError: nothing is champion yet, or the wheel cannot be built.
        RegistryError, ModelFolderError: a champion cannot be had.
    """
    registry = Registry.of(layout)
    found = {name: registry.with_alias(name, Alias.CHAMPION) for name in registry.names()}
    champions = {name: version for name, version in found.items() if version}
    if not champions:
        raise DeliveryError("no model is champion yet: make run takes models through the gate")
    with replacing_folder(folder) as draft:
        shutil.copyfile(layout.root / "requirements" / "serving.txt", draft / "serving.txt")
        _build_wheel(layout.root, draft)
        for name, version in champions.items():
            registry.fetch(version, draft / MODELS / name)
        (draft / "labels").write_text(_labels(layout, draft, champions), encoding="utf-8")
    return champions


def _build_wheel(root: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder), str(root)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        lines = (built.stderr or built.stdout).strip().splitlines()
        raise DeliveryError(f"the wheel cannot be built: {lines[-1] if lines else 'pip says no'}")


def _labels(layout: Layout, folder: Path, champions: dict[str, Version]) -> str:
    (wheel,) = folder.glob("faultcast-*.whl")
    commit = current_commit(layout.root)
    models = {name: str(version.number) for name, version in sorted(champions.items())}
    labels = {
        "VERSION": wheel.name.split("-")[1],
        "COMMIT": commit.sha + ("-dirty" if commit.dirty else ""),
        "MODELS": json.dumps(models, separators=(",", ":")),
    }
    return "".join(f"{name}={value}\n" for name, value in labels.items())
