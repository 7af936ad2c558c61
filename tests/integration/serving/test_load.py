"""Two workers under load while the model is replaced, the store is away and a worker is killed.

It takes 12 s of load, or as many as the variable LOAD_SECONDS says; figures are shown with `-s`:

    LOAD_SECONDS=120 pytest -n0 -s --no-cov tests/integration/serving/test_load.py
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import psutil
import pytest
from sqlalchemy import select

from faultcast.config.layout import Layout
from faultcast.files import replacing_folder
from faultcast.modeling.train import train_plant
from faultcast.serving.store.database import Database
from faultcast.serving.store.tables import FORECASTS
from tests.integration.serving.callers import Answer, Caller, ask_on, make_questions
from tests.integration.serving.postgres import Server, stopped_server
from tests.integration.serving.process import serving, workers
from tests.integration.tracking.conftest import half_shuffled
from tests.unit.serving.pumps import PLANT, make_project

SECONDS = float(os.environ.get("LOAD_SECONDS", "12"))
CALLERS = 8
# When what happens, as shares of the load's time: the worker dies while the store is away.
SWAP, OUTAGE, KILL, BACK = 0.2, 0.3, 0.5, 0.7

pytestmark = pytest.mark.timeout(SECONDS + 300)


@dataclass(frozen=True)
class Trial:
    """What was there, and what came of it."""

    callers: list[Caller]
    stored: dict[str, Answer]
    killed: float

    @property
    def answers(self) -> dict[str, Answer]:
        return {key: one for caller in self.callers for key, one in caller.answers.items()}


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    folder = tmp_path_factory.mktemp("load")
    layout, versions = make_versions(folder)
    home = folder / "served"
    put(versions["1"], home / PLANT)
    questions = make_questions(layout, versions, 40)
    with stopped_server() as store:
        store.start()
        settings = {"FAULTCAST_STORE": store.url, "FAULTCAST_SPOOL": str(folder / "spool")}
        options = ("--artifacts", str(home), "--workers", "2")
        with serving(folder, *options, **settings) as (server, client):
            callers = ask_on(client.base_url.port or 80, questions, CALLERS)
            killed = disturb(psutil.Process(server.pid), store, versions["2"], home / PLANT)
            for caller in callers:
                caller.stop()
        yield Trial(callers, stored(store.url), killed)


def make_versions(folder: Path) -> tuple[Layout, dict[str, Path]]:
    """Train the small plant twice, the second time on labels that were shuffled."""
    (folder / "project").mkdir()
    layout = make_project(folder / "project")
    train, versions = layout.dataset(PLANT) / "train.parquet", {}
    for version in "12":
        versions[version] = folder / f"version-{version}"
        if version == "2":
            half_shuffled(pl.read_parquet(train)).write_parquet(train)
            train_plant(layout, PLANT)
        shutil.copytree(layout.model(PLANT), versions[version])
        (versions[version] / "version.json").write_text(json.dumps({"version": version}))
    return layout, versions


def put(model: Path, place: Path) -> None:
    """Put a model in the place of the one that serves, as a new champion is put there."""
    with replacing_folder(place) as draft:
        shutil.copytree(model, draft, dirs_exist_ok=True)


def disturb(server: psutil.Process, store: Server, model: Path, place: Path) -> float:
    """Let everything happen; return when the worker was killed."""
    begin = time.monotonic()

    def wait(share: float) -> None:
        time.sleep(max(0.0, begin + share * SECONDS - time.monotonic()))

    wait(SWAP)
    put(model, place)
    wait(OUTAGE)
    store.stop()
    wait(KILL)
    victim, *_ = before = workers(server)
    killed = time.monotonic()
    victim.kill()
    wait(BACK)
    store.start()
    wait(1)
    while not set(workers(server)) - set(before):  # no worker took its place yet
        assert time.monotonic() < begin + SECONDS + 60
        time.sleep(0.1)
    return killed


def stored(url: str) -> dict[str, Answer]:
    """Return what the store holds, by request."""
    database, found = Database(url), dict[str, Answer]()
    columns = FORECASTS.c
    asked = select(columns.request_id, columns.version, columns.machine, columns.probability)
    with database.engine.connect() as connection:
        for request_id, version, machine, probability in connection.execute(asked):
            one = found.setdefault(request_id, Answer(version, {}))
            assert machine not in one.forecasts, "it is there twice"
            one.forecasts[machine] = probability
    database.engine.dispose()
    return found


def test_no_answer_is_wrong(trial: Trial) -> None:
    tell(trial)
    assert [fault for caller in trial.callers for fault in caller.wrong] == []
    assert {answer.version for answer in trial.answers.values()} == {"1", "2"}


def test_only_the_killed_worker_s_open_requests_are_lost(trial: Trial) -> None:
    for caller in trial.callers:
        assert len(caller.lost) <= 1
        assert all(moment >= trial.killed for moment in caller.lost.values())
        assert caller.answers


def test_every_answered_forecast_is_in_the_store_as_it_was_answered(trial: Trial) -> None:
    lost = {request_id for caller in trial.callers for request_id in caller.lost}
    assert {key: trial.stored.get(key) for key in trial.answers} == trial.answers
    assert trial.stored.keys() - trial.answers.keys() <= lost


def tell(trial: Trial) -> None:
    """Show the figures."""
    milliseconds = 1000 * np.array([one for caller in trial.callers for one in caller.seconds])
    half, most = np.percentile(milliseconds, [50, 99])
    forecasts = sum(len(answer.forecasts) for answer in trial.answers.values())
    print(
        f"\n{SECONDS:g} s, {CALLERS} callers: {len(trial.answers):,} requests answered "
        f"({len(trial.answers) / SECONDS:,.0f} a second, p50 {half:.1f} ms, p99 {most:.1f} ms, "
        f"longest {milliseconds.max():.0f} ms) with {forecasts:,} forecasts; wrong "
        f"{count(trial.callers, 'wrong')}, lost {count(trial.callers, 'lost')}; stored "
        f"{sum(len(answer.forecasts) for answer in trial.stored.values()):,}"
    )


def count(callers: Sequence[Caller], what: str) -> int:
    return sum(len(getattr(caller, what)) for caller in callers)
