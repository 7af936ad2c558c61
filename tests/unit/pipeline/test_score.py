from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.errors import ScoreFileError
from faultcast.pipeline.score import score_plant, write_scores
from faultcast.scoring.forecaster import Forecaster
from tests.unit.serving.pumps import PLANT, make_project


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return make_project(tmp_path_factory.mktemp("pumps"))


def test_scores_are_the_models_on_the_training_rows_riskiest_first(layout: Layout) -> None:
    rows = pl.read_parquet(layout.dataset(PLANT) / "test.parquet")
    at = rows["time"].unique().sort()[40]
    scores = score_plant(layout, PLANT, at, layout.model(PLANT))
    expected = Forecaster.load(layout.model(PLANT)).forecast(rows.filter(pl.col("time") == at))
    both = scores.drop_nulls("risk").join(expected, on="machine", suffix="_expected")
    assert both.height > 3
    apart = both["probability_machine"] - both["probability_machine_expected"]
    assert np.abs(apart.to_numpy()).max() <= 1e-5
    assert scores["probability_machine"].drop_nulls().is_sorted(descending=True)


def test_machines_without_recent_readings_are_told(layout: Layout) -> None:
    end = pl.read_parquet(layout.canonical(PLANT) / "telemetry.parquet")["time"].max()
    scores = score_plant(layout, PLANT, end + timedelta(days=2), layout.model(PLANT))  # type: ignore[operator]
    assert set(scores["status"]) <= {"old_data", "too_little_history"}
    assert scores["risk"].null_count() == scores.height


def test_file_is_written_by_its_ending(layout: Layout, tmp_path: Path) -> None:
    scores = score_plant(layout, PLANT, None, layout.model(PLANT))
    for name, read in (("s.parquet", pl.read_parquet), ("s.csv", pl.read_csv)):
        write_scores(scores, tmp_path / name)
        assert read(tmp_path / name)["machine"].to_list() == scores["machine"].to_list()
    with pytest.raises(ScoreFileError, match=r"must end in \.parquet or \.csv"):
        write_scores(scores, tmp_path / "s.txt")
