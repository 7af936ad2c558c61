"""Fetch a version's bytes, and believe none before it is checked."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from faultcast.errors import ModelFolderError, RegistryError, StageNotRunError
from faultcast.files import replacing_folder
from faultcast.tracking.model_folder import ModelFolder
from faultcast.tracking.store import Store
from faultcast.tracking.version import Version

VERSION_FILE = "version.json"


def fetch(store: Store, version: Version, folder: Path) -> None:
    """Put a version's files, and a `version.json` that names it, in the place of a folder.

    Raises:
        ModelFolderError: the bytes are gone, or are not those that were registered; the folder is
            untouched.
        DiskError: it could not be written; the earlier one is untouched.
    """
    with tempfile.TemporaryDirectory() as scratch:
        model = _download(store, version, scratch)
        with replacing_folder(folder) as draft:
            model.copy_to(draft)
            (draft / VERSION_FILE).write_text(described(version))


def described(version: Version) -> str:
    """Return what `version.json` says of a version."""
    content = {
        "name": version.name,
        "version": version.number,
        "run_id": version.run_id,
        "commit": version.commit,
        "sha256": version.digest,
        "model_sha256": version.model_sha256,
    }
    return json.dumps(content, indent=2) + "\n"


def _download(store: Store, version: Version, scratch: str) -> ModelFolder:
    from mlflow.artifacts import download_artifacts

    try:
        with store.asked():
            place = download_artifacts(
                artifact_uri=version.source, dst_path=scratch, tracking_uri=store.uri
            )
        model = ModelFolder.read(Path(place))
    except (OSError, StageNotRunError, RegistryError) as gone:
        fault = f"its bytes cannot be fetched from {version.source}: {gone}"
        raise ModelFolderError(str(version), fault) from gone
    except ModelFolderError as broken:
        raise ModelFolderError(str(version), f"not what was registered: {broken}") from broken
    if model.digest != version.digest:
        raise ModelFolderError(
            str(version),
            f"not what was registered: the manifest's sha256 is {model.digest[:12]}..., the "
            f"registry says {version.digest[:12]}...",
        )
    return model
