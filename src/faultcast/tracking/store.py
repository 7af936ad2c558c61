"""An MLflow store: its client, and what people are told when it does not answer."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from faultcast.errors import RegistryError, StoreError
from faultcast.settings import tracking_uri
from faultcast.tracking.connection import connect

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXISTS, MISSING = "RESOURCE_ALREADY_EXISTS", "RESOURCE_DOES_NOT_EXIST"


class Store:
    """The store of a project; MLflow is imported when it is first asked."""

    def __init__(self, root: Path) -> None:
        """Take the project's folder."""
        self._root = root
        self.uri = tracking_uri(root)

    @cached_property
    def client(self) -> MlflowClient:
        """MLflow's client of this store."""
        os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
        try:
            return connect(self._root)
        except OSError as failure:
            raise StoreError(self.uri, str(failure)) from failure

    @contextmanager
    def asked(self) -> Iterator[MlflowClient]:
        """Yield the client.

        Raises:
            StoreAddressError, StoreError: the store does not answer.
            RegistryError: it refuses.
        """
        client = self.client
        from mlflow.exceptions import MlflowException, RestException

        try:
            yield client
        except (MlflowException, OSError) as failure:
            if isinstance(failure, OSError) and not hasattr(failure, "response"):
                raise  # the disk's, not of the library `requests`
            answered = isinstance(failure, RestException) or self.uri.startswith("sqlite:")
            kind = RegistryError if answered else StoreError
            raise kind(self.uri, str(failure).splitlines()[0]) from failure

    def artifact(self, run_id: str, path: str) -> bytes | None:
        """Return the bytes of a file that a run keeps; None where they are gone.

        Raises:
            StoreAddressError, StoreError: the store does not answer.
        """
        client = self.client
        from mlflow.exceptions import MlflowException

        with tempfile.TemporaryDirectory() as scratch:
            try:
                return Path(client.download_artifacts(run_id, path, scratch)).read_bytes()
            except (MlflowException, OSError):
                return None

    @contextmanager
    def unless(self, *codes: str) -> Iterator[None]:
        """Let a refusal with one of some MLflow error codes pass."""
        from mlflow.exceptions import MlflowException

        try:
            yield
        except MlflowException as failure:
            if failure.error_code not in codes:
                raise
