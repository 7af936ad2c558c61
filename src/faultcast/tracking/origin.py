"""Where a version's bytes lie: in the run that trained them, or in one made to hold them."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from faultcast.config.layout import Layout
from faultcast.settings import tracking_uri
from faultcast.tracking import tags as names
from faultcast.tracking.commit import current_commit
from faultcast.tracking.mlmodel import write_mlmodel
from faultcast.tracking.model_folder import ModelFolder

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

DIGEST_PARAMETER = "manifest.sha256"


@dataclass(frozen=True)
class Home:
    """A run whose artifacts hold a model at `source`, and the commit that it was made from."""

    run_id: str
    source: str
    commit: str
    dirty: str


def upload(client: MlflowClient, layout: Layout, name: str, model: ModelFolder) -> Home:
    """Put a model and its signature among the artifacts of the run that it comes from."""
    experiment = experiment_id(client, layout, name)
    run = _training(client, experiment, model) or _registration(client, experiment, layout, name)
    place = f"version-{model.digest[:12]}"
    with tempfile.TemporaryDirectory() as scratch:
        model.copy_to(Path(scratch))
        write_mlmodel(model, Path(scratch))
        client.log_artifacts(run.info.run_id, scratch, place)
    return Home(
        run_id=run.info.run_id,
        source=f"{run.info.artifact_uri}/{place}",
        commit=run.data.tags.get(names.COMMIT, ""),
        dirty=run.data.tags.get(names.DIRTY, ""),
    )


def experiment_id(client: MlflowClient, layout: Layout, name: str) -> str:
    """Return the experiment of a plant or case, which is made where there is none."""
    from mlflow.exceptions import MlflowException

    title = f"faultcast/{name}"
    # A server knows where its artifacts go; beside a plain SQLite file they stay in the checkout.
    embedded = tracking_uri(layout.root).startswith("sqlite:")
    location = (layout.root / "mlartifacts" / name).as_uri() if embedded else None
    if not client.get_experiment_by_name(title):
        with suppress(MlflowException):  # made by somebody else meanwhile; what else is asked below
            client.create_experiment(title, artifact_location=location)
    found = client.get_experiment_by_name(title)
    if not found:
        raise MlflowException(f"the experiment {title} could not be made")
    return str(found.experiment_id)


def _training(client: MlflowClient, experiment: str, model: ModelFolder) -> Run | None:
    """Find the run that trained a model, by the hash that it recorded."""
    found = client.search_runs(
        [experiment],
        f"params.`{DIGEST_PARAMETER}` = '{model.digest}' and attributes.status = 'FINISHED'",
        order_by=["attributes.start_time ASC"],
        max_results=1,
    )
    return found[0] if found else None


def new_run(client: MlflowClient, experiment: str, layout: Layout, name: str, stage: str) -> Run:
    """Begin a run of a stage, made from the checkout's commit."""
    commit = current_commit(layout.root)
    tags = {
        names.COMMIT: commit.sha,
        names.DIRTY: str(commit.dirty).lower(),
        names.PLANT: name,
        names.STAGE: stage,
    }
    return client.create_run(experiment, tags=tags, run_name=f"{name} {stage}")


def _registration(client: MlflowClient, experiment: str, layout: Layout, name: str) -> Run:
    """Make a run for a model whose training was not tracked here."""
    run = new_run(client, experiment, layout, name, "register")
    client.set_terminated(run.info.run_id)
    return run
