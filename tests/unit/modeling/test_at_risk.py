from datetime import timedelta

import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.modeling.at_risk import machines_at_risk
from faultcast.modeling.train import Training
from faultcast.scoring.forecaster import Forecaster
from tests.unit.modeling.press import PLANT, SPEC


@pytest.fixture(scope="module")
def forecaster(training: Training) -> Forecaster:
    return Forecaster.load(training.folder)


@pytest.fixture(scope="module")
def rows(project: Layout) -> pl.DataFrame:
    """The test part, made quiet but for the last row of one machine, whose heat is high."""
    test = pl.read_parquet(project.dataset("press") / "test.parquet")
    last = (pl.col("machine") == "m3") & (pl.col("time") == test["time"].max())
    heat = [name for name in SPEC.names if name.startswith("heat")]
    return test.with_columns(
        pl.lit(20.0, pl.Float32).alias(name) for name in SPEC.names
    ).with_columns(
        pl.when(last).then(23.0).otherwise(20.0).cast(pl.Float32).alias(name) for name in heat
    )


def test_riskiest_machine_is_first_with_the_component_to_look_at(
    forecaster: Forecaster, rows: pl.DataFrame
) -> None:
    found = machines_at_risk(forecaster, rows)
    assert found["machine"].to_list() == ["m3", "m0", "m1", "m2", "m4", "m5", "m6", "m7"]
    assert found["likely_component"][0] == "belt"
    assert found["probability_machine"].is_sorted(descending=True)
    assert (
        found["alarm"].to_list() == (found["probability_machine"] >= forecaster.threshold).to_list()
    )


def test_each_machine_is_judged_by_its_latest_row(
    forecaster: Forecaster, rows: pl.DataFrame
) -> None:
    shuffled = rows.sample(fraction=1, shuffle=True, seed=1)
    found = machines_at_risk(forecaster, shuffled)
    assert set(found["time"]) == {rows["time"].max()}
    assert found.equals(machines_at_risk(forecaster, rows))


def test_machine_that_fell_silent_is_left_out(forecaster: Forecaster, rows: pl.DataFrame) -> None:
    silent_since = rows["time"].max() - PLANT.horizon - timedelta(hours=2)
    kept = rows.filter((pl.col("machine") != "m5") | (pl.col("time") < silent_since))
    assert "m5" not in machines_at_risk(forecaster, kept)["machine"]
