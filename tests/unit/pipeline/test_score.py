from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from faultcast.cli.score import score
from faultcast.config.layout import Layout
from faultcast.errors import ScoreFileError, StoreUrlError
from faultcast.pipeline.score import score_plant, write_scores
from faultcast.scoring.forecaster import Forecaster
from faultcast.serving.store.database import Database
from faultcast.serving.store.questions import events_of, find_request, readings_of
from tests.unit.serving.pumps import PLANT, make_project


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return make_project(tmp_path_factory.mktemp("pumps"))


def test_scores_are_the_models_on_the_training_rows_riskiest_first(layout: Layout) -> None:
    rows = pl.read_parquet(layout.dataset(PLANT) / "test.parquet")
    at = rows["time"].unique().sort()[40]
    scores = score_plant(layout, PLANT, at, layout.model(PLANT)).table()
    expected = Forecaster.load(layout.model(PLANT)).forecast(rows.filter(pl.col("time") == at))
    both = scores.drop_nulls("risk").join(expected, on="machine", suffix="_expected")
    assert both.height > 3
    apart = both["probability_machine"] - both["probability_machine_expected"]
    assert np.abs(apart.to_numpy()).max() <= 1e-5
    assert scores["probability_machine"].drop_nulls().is_sorted(descending=True)


def test_machines_without_recent_readings_are_told(layout: Layout) -> None:
    end = pl.read_parquet(layout.canonical(PLANT) / "telemetry.parquet")["time"].max()
    scores = score_plant(layout, PLANT, end + timedelta(days=2), layout.model(PLANT)).table()  # type: ignore[operator]
    assert set(scores["status"]) <= {"old_data", "too_little_history"}
    assert scores["risk"].null_count() == scores.height


def test_file_is_written_by_its_ending(layout: Layout, tmp_path: Path) -> None:
    scores = score_plant(layout, PLANT, None, layout.model(PLANT)).table()
    for name, read in (("s.parquet", pl.read_parquet), ("s.csv", pl.read_csv)):
        write_scores(scores, tmp_path / name)
        assert read(tmp_path / name)["machine"].to_list() == scores["machine"].to_list()
    with pytest.raises(ScoreFileError, match=r"must end in \.parquet or \.csv"):
        write_scores(scores, tmp_path / "s.txt")


def test_stored_scores_are_found_by_their_request_and_shown_on_the_board(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(layout.root)
    monkeypatch.delenv("FAULTCAST_STORE", raising=False)
    done = CliRunner().invoke(score, [PLANT, "--store"])
    assert done.exit_code == 0, done.output
    request_id = done.output.split()[3]

    scores = score_plant(layout, PLANT, None, layout.model(PLANT))
    database = Database(f"sqlite:///{layout.root / '.faultcast' / 'predictions.db'}")
    found = find_request(database, request_id)

    expected = scores.table().drop_nulls("risk").sort("machine")
    told = sorted((row["machine"], row["probability"]) for row in found)
    assert told == expected.select("machine", "probability_machine").rows()
    assert {(row["kind"], row["name"], row["time"]) for row in found} == {
        ("plant", PLANT, scores.at)
    }
    sha256 = scores.model.manifest.model.sha256
    assert {row["version"] for row in found} == {f"sha256:{sha256[:12]}"}
    machine = found[0]["machine"]
    times = [row["time"] for row in readings_of(database, PLANT, machine)]
    own = scores.records.readings.filter(
        pl.col("machine") == machine, pl.col("time") > scores.at - timedelta(days=7)
    )
    assert times == sorted(own["time"])
    assert events_of(database, PLANT, machine)


def test_store_that_is_switched_off_is_told(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(layout.root)
    monkeypatch.setenv("FAULTCAST_STORE", "none")
    with pytest.raises(StoreUrlError, match="this needs one"):
        CliRunner().invoke(score, [PLANT, "--store"], catch_exceptions=False)
