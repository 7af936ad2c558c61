"""MLflow as it is reached: asked first whether it answers, then through its client."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

from faultcast.errors import StoreAddressError, StoreError
from faultcast.settings import tracking_uri

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

EXPERIMENTS = "faultcast/"
_SECONDS_TO_ANSWER = 1.5
_SERVERS = {"http", "https"}
_DATABASES = {"sqlite", "postgresql", "mysql", "mssql"}
_PAGE = 1000


def check(root: Path) -> None:
    """Ask a server for its version, within two seconds; a database file needs no question.

    This comes before MLflow is imported, and is bounded even where a name is not resolved or a
    server accepts and stays silent.

    Raises:
        StoreAddressError: MLFLOW_TRACKING_URI is no address that MLflow knows.
        StoreError: nobody answers, no MLflow does, or one that this version does not understand.
    """
    uri = tracking_uri(root)
    parts = urlsplit(uri)
    scheme = parts.scheme.partition("+")[0]
    if scheme in _DATABASES:
        return
    if scheme not in _SERVERS or not parts.hostname:
        raise StoreAddressError(uri)
    answer = _Question(f"{uri.rstrip('/')}/version")
    answer.join(_SECONDS_TO_ANSWER)
    if answer.fault or not answer.text:
        raise StoreError(uri, answer.fault or "no answer")
    ours = version("mlflow")
    if answer.text.partition(".")[0] != ours.partition(".")[0]:
        fault = f"its MLflow is {answer.text}, this environment's {ours}: use one major version"
        raise StoreError(uri, fault)


def connect(root: Path) -> MlflowClient:
    """Return a client of the project's store, for one that answers.

    Raises:
        StoreAddressError, StoreError: as `check`.
    """
    check(root)
    # MLflow's own 7 tries of 120 s wait for minutes, and a request sent again may create a run
    # twice. Here each is sent once: what it was for is kept until it succeeded.
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri(root))


def experiments(client: MlflowClient, plant: str = "") -> list[str]:
    """Return the ids of the project's experiments, of all plants or of one."""
    pattern = f"name = '{EXPERIMENTS}{plant}'" if plant else f"name LIKE '{EXPERIMENTS}%'"
    found, token = [], None
    while True:
        page = client.search_experiments(filter_string=pattern, page_token=token)
        found += [str(one.experiment_id) for one in page]
        if not (token := page.token):
            return found


def search(client: MlflowClient, experiments: list[str], where: str = "") -> Iterator[Run]:
    """Yield all runs of experiments that meet a condition, oldest first."""
    token = None
    while experiments:
        page = client.search_runs(
            experiments, where, max_results=_PAGE, order_by=["start_time ASC"], page_token=token
        )
        yield from page
        if not (token := page.token):
            return


class _Question(Thread):
    """An HTTP request that nobody has to wait for."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.text, self.fault = "", ""
        self._url = url
        self.start()

    def run(self) -> None:
        try:
            with urlopen(self._url, timeout=_SECONDS_TO_ANSWER) as answer:
                text = answer.read(100).decode(errors="replace").strip()
        except HTTPError as refused:
            self.fault = f"no MLflow server: {self._url} answers {refused.code} {refused.reason}"
        except (OSError, ValueError) as failure:
            self.fault = str(getattr(failure, "reason", failure)) or "no answer"
        else:
            self.text = text
            if not text[:1].isdigit():
                self.fault = f"no MLflow server: {self._url} does not tell a version"
