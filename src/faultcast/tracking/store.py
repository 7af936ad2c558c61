"""An MLflow store: its client, and what people are told when it does not answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from faultcast.errors import RegistryError

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXISTS, MISSING = "RESOURCE_ALREADY_EXISTS", "RESOURCE_DOES_NOT_EXIST"


class Store:
    """The store behind an address; MLflow is imported when it is first asked."""

    def __init__(self, uri: str) -> None:
        """Take the address, as in MLFLOW_TRACKING_URI."""
        self.uri = uri

    @cached_property
    def client(self) -> MlflowClient:
        """MLflow's client of this store.

        Raises:
            RegistryError: there cannot be such a store.
        """
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException

        # Fail within seconds rather than wait for minutes.
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
        os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
        try:
            return MlflowClient(self.uri, self.uri)
        except (MlflowException, OSError) as failure:
            raise RegistryError(self.uri, str(failure).splitlines()[0]) from failure

    @contextmanager
    def asked(self) -> Iterator[MlflowClient]:
        """Yield the client.

        Raises:
            RegistryError: the store does not answer, or refuses.
        """
        from mlflow.exceptions import MlflowException

        try:
            yield self.client
        except MlflowException as failure:
            raise RegistryError(self.uri, str(failure).splitlines()[0]) from failure

    @contextmanager
    def unless(self, code: str) -> Iterator[None]:
        """Let a refusal with an MLflow error code pass."""
        from mlflow.exceptions import MlflowException

        try:
            yield
        except MlflowException as failure:
            if failure.error_code != code:
                raise
