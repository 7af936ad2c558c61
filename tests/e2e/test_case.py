"""A table that nobody has seen goes through the whole belt: a YAML file and a CSV file, no code."""

import json
from pathlib import Path

import pytest

from tests.unit.modeling.fruit import CONFIG, fruit

from .clone import Clone

pytestmark = pytest.mark.timeout(600)


def test_an_unseen_table_becomes_a_judged_model_and_again_the_same_bytes(tmp_path: Path) -> None:
    clone = Clone.make(tmp_path / "clone", "plants: []\nsimulated: []\ncases: [fruit]\n")
    (clone.root / "configs/cases/fruit.yaml").write_text(CONFIG)
    fruit().write_csv(clone.root / "data/external/fruit.csv")
    clone.run("faultcast", "pipeline", "run")
    metrics = json.loads((clone.root / "reports/fruit/13_case_evaluate/metrics.json").read_text())
    assert metrics["test"]["model"]["accuracy"] > metrics["test"]["chance"]["accuracy"] + 0.3
    assert json.loads((clone.root / "reports/fruit/gate/gate.json").read_text())["passed"]
    written = {
        path: path.read_bytes()
        for folder in ("data/processed", "models", "reports")
        for path in (clone.root / folder / "fruit").rglob("*")
        if path.is_file()
    }
    assert len(written) > 15
    again = ("case_dataset@fruit", "case_evaluate@fruit")
    clone.run("dvc", "repro", "--force", "--single-item", *again)
    assert {path: path.read_bytes() for path in written} == written
