"""The registry: numbered versions of each plant's (or case's) model, found by number or alias.

    registry = Registry.of(layout)                      # MLFLOW_TRACKING_URI, or the checkout's
    version = registry.register(folder, "foundry")      # the same bytes are the same version
    version = registry.find("foundry", "champion")      # or a number: "3"
    registry.fetch(version, folder)                     # the bytes, checked, and version.json
    registry.tag(version, {"name": "value"})

Who becomes champion is decided in `promotion.py`. A version's bytes are those of a model's folder
(`model_folder.py`) and an `MLmodel` with the signature; they lie in the artifacts of a run, the
training's where it is known (`origin.py`). In MLflow the model of `foundry` is called
`faultcast-foundry`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from faultcast.config.layout import Layout
from faultcast.errors import UnknownModelError, UnknownVersionError
from faultcast.tracking.fetch import fetch
from faultcast.tracking.ledger import Event, ledger_of
from faultcast.tracking.model_folder import ModelFolder
from faultcast.tracking.origin import experiment_id, new_run, upload
from faultcast.tracking.store import EXISTS, MISSING, Store
from faultcast.tracking.version import PREFIX, Alias, Tag, Version

if TYPE_CHECKING:
    from mlflow.entities.model_registry import RegisteredModel


class Registry:
    """The models of an MLflow store; each question is asked anew.

    Every method raises StoreAddressError or StoreError where the store does not answer, and
    RegistryError where it refuses.
    """

    def __init__(self, layout: Layout) -> None:
        """Take the project."""
        self._layout = layout
        self._store = Store(layout.root)

    @classmethod
    def of(cls, layout: Layout) -> Registry:
        """Take the store that the environment names, or the checkout's own."""
        return cls(layout)

    @property
    def uri(self) -> str:
        """The address of the store."""
        return self._store.uri

    def names(self) -> list[str]:
        """Name the plants and cases that have versions."""
        with self._store.asked() as client:
            found = client.search_registered_models(f"name LIKE '{PREFIX}%'")
        return sorted(model.name.removeprefix(PREFIX) for model in found)

    def versions(self, name: str) -> list[Version]:
        """Return all versions of a model, newest first.

        Raises:
            UnknownModelError: there is none.
        """
        with self._store.asked() as client:
            aliases = self._model(name).aliases
            found = client.search_model_versions(f"name = '{PREFIX}{name}'")
        versions = [Version.of(one, aliases) for one in found]
        return sorted(versions, key=lambda version: -version.number)

    def find(self, name: str, which: str) -> Version:
        """Return the version with a number such as `3`, or an alias such as `champion`.

        Raises:
            UnknownModelError: the model has no version at all.
            UnknownVersionError: it has no such version.
        """
        versions = self.versions(name)
        for version in versions:
            if which in (str(version.number), *version.aliases):
                return version
        known = [one for version in versions for one in (str(version.number), *version.aliases)]
        raise UnknownVersionError(name, which, known)

    def with_alias(self, name: str, alias: Alias) -> Version | None:
        """Return the version with an alias, or None."""
        with suppress(UnknownModelError, UnknownVersionError):
            return self.find(name, alias)
        return None

    def register(self, folder: Path, name: str) -> Version:
        """Make a model's folder a version; the same bytes are the same version, whoever brings it.

        Raises:
            StageNotRunError, ModelFolderError: the folder is not that of a model.
        """
        model = ModelFolder.read(folder)
        with self._store.asked() as client:
            if known := self._first(name, model.digest):
                return known
            home = upload(client, self._layout, name, model)
            with self._store.unless(EXISTS):
                client.create_registered_model(PREFIX + name)
            tags = {
                str(Tag.DIGEST): model.digest,
                str(Tag.MODEL): model.model_sha256,
                str(Tag.COMMIT): home.commit,
                str(Tag.DIRTY): home.dirty,
            }
            mine = client.create_model_version(PREFIX + name, home.source, home.run_id, tags)
            first = self._first(name, model.digest)
            assert first
            if first.number != int(mine.version):  # somebody brought the same bytes meanwhile
                client.delete_model_version(PREFIX + name, mine.version)
        return first

    def fetch(self, version: Version, folder: Path) -> None:
        """Put a version's files, and a `version.json` that names it, in the place of a folder.

        Raises:
            ModelFolderError: the bytes are gone, or are not those that were registered; the folder
                is untouched.
            DiskError: it could not be written; the earlier one is untouched.
        """
        fetch(self._store, version, folder)

    def tag(self, version: Version, tags: Mapping[str, str]) -> None:
        """Write tags on a version."""
        with self._store.asked() as client:
            for key, value in tags.items():
                client.set_model_version_tag(PREFIX + version.name, str(version.number), key, value)

    def aliases(self, name: str) -> dict[str, int]:
        """Return the number behind each alias.

        Raises:
            UnknownModelError: the model has no version at all.
        """
        with self._store.asked():
            return {alias: int(number) for alias, number in self._model(name).aliases.items()}

    def point(self, name: str, alias: Alias, number: int | None) -> None:
        """Move an alias to a version; None takes it away."""
        with self._store.asked() as client:
            if number is None:
                client.delete_registered_model_alias(PREFIX + name, alias)
            else:
                client.set_registered_model_alias(PREFIX + name, alias, str(number))

    def ledger(self, name: str) -> list[Event]:
        """Return who changed the champion when and why, latest last.

        Raises:
            UnknownModelError: the model has no version at all.
        """
        with self._store.asked():
            return ledger_of(self._model(name).tags)

    def enter(self, name: str, event: Event) -> None:
        """Write an entry into a model's ledger."""
        with self._store.asked() as client:
            client.set_registered_model_tag(PREFIX + name, event.key, event.model_dump_json())

    def keep(self, name: str, stage: str, metrics: Mapping[str, float], folder: Path) -> str:
        """Keep a folder of files as a run of a stage and return the run's id."""
        with self._store.asked() as client:
            experiment = experiment_id(client, self._layout, name)
            run = new_run(client, experiment, self._layout, name, stage)
            for key, value in metrics.items():
                client.log_metric(run.info.run_id, key, value)
            client.log_artifacts(run.info.run_id, str(folder), stage)
            client.set_terminated(run.info.run_id)
        return str(run.info.run_id)

    def _model(self, name: str) -> RegisteredModel:
        with self._store.unless(MISSING):
            return self._store.client.get_registered_model(PREFIX + name)
        raise UnknownModelError(name, self.names())

    def _first(self, name: str, digest: str) -> Version | None:
        with suppress(UnknownModelError):
            same = [version for version in self.versions(name) if version.digest == digest]
            return same[-1] if same else None
        return None
