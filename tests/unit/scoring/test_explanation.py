from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faultcast.errors import FeatureColumnsError
from faultcast.scoring import explanation
from faultcast.scoring.explanation import explain
from faultcast.scoring.forecaster import Forecaster
from tests.unit.modeling.press import SPEC
from tests.unit.scoring.test_forecaster import rows

COLUMNS = [f"contribution_{s}" for s in ("vibration", "heat", "component_ages", "machine")]


def usual(forecaster: Forecaster) -> pl.DataFrame:
    """Return the background as a row."""
    return pl.DataFrame({column.name: [column.usual] for column in forecaster.manifest.inputs})


def added(explained: pl.DataFrame) -> list[float]:
    """Add the contributions to the background."""
    return explained.select(pl.sum_horizontal("background", *COLUMNS)).to_series().to_list()


def test_contribution_is_told_of_each_source(forecaster: Forecaster) -> None:
    keys = {"machine": "m1", "time": datetime(2026, 1, 1, tzinfo=UTC), "label_pump": True}
    described = rows(3).with_columns(pl.lit(value).alias(name) for name, value in keys.items())
    found = explain(forecaster, described)
    assert found.columns == ["machine", "time", "probability", "background", *COLUMNS]
    assert found.drop("machine", "time").equals(explain(forecaster, rows(3)))


@given(st.integers(0, 10**6), st.sampled_from(["pump", "belt", "machine"]))
@settings(max_examples=20)
def test_contributions_add_up_to_the_forecast(
    forecaster: Forecaster, seed: int, target: str
) -> None:
    asked, column = rows(4, seed), f"probability_{target}"
    found = explain(forecaster, asked, target)
    assert added(found) == pytest.approx(found["probability"].to_list(), abs=1e-12)
    assert found["probability"].to_list() == forecaster.forecast(asked)[column].to_list()
    background = forecaster.forecast(usual(forecaster))[column].item()
    assert set(found["background"]) == {background}


@pytest.mark.filterwarnings("ignore:The set_:PendingDeprecationWarning")  # shap, as it loads
@pytest.mark.parametrize("target", ["pump", "belt", "machine"])
def test_shap_gives_the_same_contributions(forecaster: Forecaster, target: str) -> None:
    import shap

    asked = rows(6, seed=3).select(SPEC.names).to_numpy()
    own = np.concatenate([usual(forecaster).select(SPEC.names).to_numpy(), asked])
    sources = list(SPEC.sources.values())
    place = [next(k for k, names in enumerate(sources) if n in names) for n in SPEC.names]

    def forecast(told: np.ndarray) -> np.ndarray:
        """Forecast from the number of the row that each source tells of; 0 is the background."""
        features = own[told.astype(int)[:, place], np.arange(len(place))]
        probabilities = forecaster.probabilities(features.astype(np.float32))
        return probabilities[:, ["pump", "belt", "machine"].index(target)].astype(np.float64)

    oracle = shap.explainers.Exact(forecast, np.zeros((1, len(sources))))
    numbers = np.repeat(np.arange(1, len(own))[:, np.newaxis], len(sources), axis=1)
    found = explain(forecaster, rows(6, seed=3), target).select(COLUMNS).to_numpy()
    assert found == pytest.approx(oracle(numbers).values, abs=1e-7)
    assert np.abs(found).max() > 1e-3


def test_row_in_which_everything_is_as_usual_needs_no_explanation(forecaster: Forecaster) -> None:
    found = explain(forecaster, usual(forecaster))
    assert found.select(COLUMNS).row(0) == pytest.approx([0, 0, 0, 0], abs=1e-12)


def test_sensor_that_announces_a_failure_contributes_most(forecaster: Forecaster) -> None:
    hot = rows(1).with_columns(pl.lit(26, pl.Float32).alias(n) for n in SPEC.sources["heat"])
    found = explain(forecaster, hot, "belt").row(0, named=True)
    assert found["contribution_heat"] > 0.9 * (found["probability"] - found["background"]) > 0


def test_missing_readings_are_explained_too(forecaster: Forecaster) -> None:
    empty = rows(2).with_columns(pl.lit(None, pl.Float32).alias(n) for n in SPEC.sources["heat"])
    assert np.isfinite(explain(forecaster, empty).to_numpy()).all()


def test_no_rows_have_no_explanations(forecaster: Forecaster) -> None:
    assert explain(forecaster, rows().clear()).shape == (0, 6)


def test_missing_column_is_named(forecaster: Forecaster) -> None:
    with pytest.raises(FeatureColumnsError, match="heat_last: missing"):
        explain(forecaster, rows(1).drop("heat_last"))


@pytest.mark.parametrize("batch", [1, 16, 50])
def test_explanation_does_not_depend_on_the_batches(
    forecaster: Forecaster, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = explain(forecaster, rows(9))
    monkeypatch.setattr(explanation, "_BATCH", batch)
    assert explain(forecaster, rows(9)).equals(whole)


def test_drawn_orders_add_up_and_come_near_to_all_orders(
    forecaster: Forecaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = explain(forecaster, rows(5, seed=8))
    monkeypatch.setattr(explanation, "_coalitions", explanation._drawn)
    drawn = explain(forecaster, rows(5, seed=8))
    assert added(drawn) == pytest.approx(drawn["probability"].to_list(), abs=1e-12)
    near = pytest.approx(exact.select(COLUMNS).to_numpy(), abs=0.02)
    assert drawn.select(COLUMNS).to_numpy() == near


@pytest.mark.parametrize("sources", [13, 40])
def test_many_sources_need_a_bounded_number_of_forecasts(sources: int) -> None:
    told, weights = explanation._coalitions(sources)
    assert len(told) < 128 * sources
    assert not told[0].any()
    assert told[-1].all()
    assert weights.sum(axis=1) == pytest.approx([-1, *[0] * (len(told) - 2), 1], abs=1e-9)


def test_baseline_is_explained_by_the_same_function(model: Path) -> None:
    baseline = Forecaster.load_baseline(model)
    found = explain(baseline, rows(2))["probability"].to_list()
    assert found == baseline.forecast(rows(2))["probability_machine"].to_list()
