"""`faultcast experiment run` on a small plant: through the stages, killed, resumed, shown."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.e2e.clone import Clone

pytestmark = pytest.mark.timeout(900)
SET = """\
title: Which model?
vary:
  model.algorithm: [logistic_regression, no_such_algorithm]
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    clone = Clone.of_small_plant(tmp_path_factory.mktemp("experiments") / "a project")
    (clone.root / "configs" / "experiments" / "which.yaml").write_text(SET)
    clone.run("faultcast", "pipeline", "run", "dataset@small")
    return clone


def test_a_killed_set_goes_on_and_its_page_compares_what_was_tried(clone: Clone) -> None:
    plant = clone.root / "configs" / "plants" / "small.yaml"
    settings = plant.read_bytes()
    command = [str(Path(sys.executable).parent / "faultcast"), "experiment", "run", "which"]
    process = subprocess.Popen(
        command,
        cwd=clone.root,
        env={**os.environ, "PYTHONPATH": str(clone.root / "src")},
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    folder = clone.root / ".faultcast" / "experiments" / "which"
    limit = monotonic() + 240
    while not list(folder.glob("small-*/configured.parquet")):
        assert monotonic() < limit
        assert process.poll() is None
        sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()

    ended = clone.run("faultcast", "experiment", "run", "which", "-j", "2", exit_code=1)

    assert "as configured" not in ended.stderr  # it was done before the kill
    assert "failed" in ended.stderr
    page = (clone.root / "reports" / "experiments" / "which.html").read_text()
    assert "logistic_regression" in page
    assert "Trial 2: " in page  # the one that failed, with its reason
    assert "model.algorithm: Input should be" in page
    assert "average precision against the present settings" in page or "Nothing that" in page

    again = clone.run("faultcast", "experiment", "run", "which", exit_code=1)
    assert "trial" not in again.stderr.replace("trials", "")
    left = [path.name for path in folder.parent.iterdir()]
    assert left == ["which"]  # no bench is left behind

    records = (clone.root / ".faultcast" / "records").glob("*/record.json")
    labels = {json.loads(path.read_text())["tags"].get("faultcast.experiment") for path in records}
    assert {"which/configured", "which/1"} <= labels
    assert plant.read_bytes() == settings


def test_an_unknown_set_or_plant_is_named(clone: Clone) -> None:
    unknown = clone.run("faultcast", "experiment", "run", "witch", exit_code=2)
    assert "which" in unknown.stderr
    unknown = clone.run("faultcast", "experiment", "run", "which", "--plant", "smal", exit_code=2)
    assert "small" in unknown.stderr
