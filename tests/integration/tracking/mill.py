"""A project with git, DVC and MLflow whose model is a text: quick, and every link is real."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mlflow import MlflowClient

from faultcast.config.layout import Layout
from faultcast.tracking.decision import DECISION, DECISION_RUN, DECISION_SHA256, STAGE, TOLD
from faultcast.tracking.origin import DIGEST_PARAMETER
from faultcast.tracking.record import record_run
from faultcast.tracking.registry import Registry
from faultcast.tracking.sync import sync
from faultcast.tracking.version import GATE, Version
from tests.integration.pipeline.project import Project, begin

_STAGES = f"""\
stages:
  prepare:
    cmd: {sys.executable} make.py prepare
    deps: [configs/plants/mill.yaml, data/raw/mill]
    outs: [data/processed/mill]
  train:
    cmd: {sys.executable} make.py train
    deps: [configs/plants/mill.yaml, data/processed/mill]
    outs: [models/mill]
"""
_MAKE = """\
import hashlib, json, sys
from pathlib import Path
processed, model = Path("data/processed/mill"), Path("models/mill")
if sys.argv[1] == "prepare":
    processed.mkdir(parents=True, exist_ok=True)
    rows = Path("data/raw/mill/telemetry.csv").read_text()
    (processed / "train.csv").write_text(rows)
    (processed / "test.csv").write_text(rows[::-1])
else:
    model.mkdir(parents=True, exist_ok=True)
    content = (processed / "train.csv").read_bytes() + EXTRA
    (model / "model.onnx").write_bytes(content)
    described = {"file": "model.onnx", "sha256": hashlib.sha256(content).hexdigest()}
    x, y = ({"name": name, "type": "float32"} for name in "xy")
    manifest = {"model": described, "inputs": [x], "outputs": [y]}
    (model / "manifest.json").write_text(json.dumps(manifest))
"""
_GIT = ("git", "-c", "user.name=T", "-c", "user.email=t@example.org")


@dataclass(frozen=True)
class Mill:
    """The project."""

    project: Project

    @property
    def layout(self) -> Layout:
        """Return its folders."""
        return Layout(self.project.root)

    @property
    def registry(self) -> Registry:
        """Return its registry."""
        return Registry.of(self.layout)

    @property
    def version(self) -> Version:
        """Return the version as it is now."""
        return self.registry.find("mill", "1")

    @property
    def artifacts(self) -> Path:
        """Return where its store keeps files."""
        return self.layout.root / "mlartifacts" / "mill"

    def write_code(self, extra: str) -> None:
        """Write what the stages run; `extra` is what the model gets beside the data."""
        self.project.write("make.py", f"import os\nEXTRA = {extra}\n{_MAKE}")

    def commit(self, message: str) -> None:
        """Commit all that git takes."""
        for words in ((*_GIT, "add", "-A"), (*_GIT, "commit", "-qm", message)):
            ended = self.project.run(*words)
            assert ended.code == 0, ended.text

    def train(self) -> Version:
        """Run the stages at a commit, track the run, commit the lock, register and decide."""
        ended = self.project.run("dvc", "repro", "--quiet")
        assert ended.code == 0, ended.text
        folder = self.layout.model("mill")
        digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
        began = datetime.now(UTC)
        parameters = {DIGEST_PARAMETER: digest}
        record_run(self.layout, "mill", "04_train", began, parameters, {}, {"model": folder})
        list(sync(self.layout))
        self.commit("Lock")
        version = self.registry.register(folder, "mill")
        self._decide(version)
        return version

    def _decide(self, version: Version) -> None:
        decision = {
            "outcome": "promoted",
            "mode": "enforce",
            "who": "A person",
            "at": "2026-01-01T00:00:00+00:00",
            "challenger": {"version": version.number, "sha256": version.digest},
        }
        content = json.dumps(decision)
        client = MlflowClient(self.registry.uri)
        experiment = client.get_experiment_by_name("faultcast/mill")
        run = client.create_run(experiment.experiment_id)
        client.log_text(run.info.run_id, content, f"{STAGE}/{DECISION}")
        tags = {GATE + name: str(decision[name]) for name in TOLD}
        tags |= {DECISION_RUN: run.info.run_id, GATE + "reason": "the first"}
        tags[DECISION_SHA256] = hashlib.sha256(content.encode()).hexdigest()
        self.registry.tag(version, tags)


def make_mill(root: Path) -> Mill:
    """Make the project with a version that is committed, tracked, registered and decided on."""
    mill = Mill(begin(root, ["mill"]))
    ignored = "/data/**\n/models/\n/mlflow.db*\n/mlartifacts/\n/.faultcast/\n/home/\n__pycache__/\n"
    mill.project.write(".gitignore", ignored)
    mill.project.write("dvc.yaml", _STAGES)
    mill.write_code("b''")
    mill.commit("Mill")
    mill.train()
    return mill
