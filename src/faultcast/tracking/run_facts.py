"""What a tracked run says about where a model comes from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from faultcast.errors import RegistryError
from faultcast.tracking.store import Store

if TYPE_CHECKING:
    from mlflow.entities import Run

_SHORTEST = 6  # characters of an id that stand for it


@dataclass(frozen=True)
class RunFacts:
    """A run: its id, the plant or case, the stage, the commit and whether files differed from it.

    `record` is the id that the run got before any server was asked.
    """

    id: str
    record: str
    name: str
    stage: str
    started: datetime
    commit: str
    dirty: bool
    parameters: Mapping[str, str]

    @classmethod
    def of(cls, run: Run) -> Self:
        """Take the facts from MLflow's run."""
        tags = run.data.tags
        return cls(
            id=run.info.run_id,
            record=tags.get("faultcast.record", ""),
            name=tags.get("faultcast.plant", ""),
            stage=tags.get("faultcast.stage", ""),
            started=datetime.fromtimestamp(run.info.start_time / 1000, UTC),
            commit=tags.get("mlflow.source.git.commit", ""),
            dirty=tags.get("faultcast.dirty") == "true",
            parameters=run.data.params,
        )


def get_run(store: Store, run_id: str) -> RunFacts | None:
    """Return the run with an id; None where the store has none."""
    from mlflow.exceptions import MlflowException

    try:
        return RunFacts.of(store.client.get_run(run_id))
    except MlflowException as failure:
        if failure.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise RegistryError(store.uri, str(failure).splitlines()[0]) from failure


def find_run(store: Store, text: str) -> RunFacts | None:
    """Return the run that MLflow's id, the record's id, or the beginning of one of them means.

    Raises:
        RegistryError: the store does not answer.
    """
    named = (run for run in _runs(store) if text in (run.id[: len(text)], run.record[: len(text)]))
    return next(named, None) if len(text) >= _SHORTEST else None


def run_with(store: Store, parameter: str, value: str) -> RunFacts | None:
    """Return the first run with a parameter of a value.

    Raises:
        RegistryError: the store does not answer.
    """
    return next(_runs(store, f"params.`{parameter}` = '{value}'"), None)


def artifact_of(store: Store, run_id: str, path: str) -> bytes | None:
    """Return the bytes of a file that a run keeps; None where they are gone."""
    from mlflow.exceptions import MlflowException

    with tempfile.TemporaryDirectory() as scratch:
        try:
            return Path(store.client.download_artifacts(run_id, path, scratch)).read_bytes()
        except (MlflowException, OSError):
            return None


def _runs(store: Store, where: str = "") -> Iterator[RunFacts]:
    with store.asked() as client:
        experiments = client.search_experiments(filter_string="name LIKE 'faultcast/%'")
        token: str | None = ""
        while experiments and token is not None:
            ids = [one.experiment_id for one in experiments]
            page = client.search_runs(
                ids, where, order_by=["attributes.start_time ASC"], page_token=token or None
            )
            yield from map(RunFacts.of, page)
            token = page.token or None
