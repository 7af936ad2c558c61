import numpy as np
import pytest

from faultcast.config.plant import Algorithm
from faultcast.modeling.estimators import recipe


def rows(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    features = random.normal(size=(800, 4)).astype(np.float32)
    failing = features[:, 0] + random.normal(size=800) > 1.5
    features[random.random(features.shape) < 0.1] = np.nan
    return features, failing


@pytest.mark.parametrize("algorithm", Algorithm)
def test_missing_and_constant_features_do_not_stop_learning(algorithm: Algorithm) -> None:
    features, failing = rows()
    features[:, 2], features[:400, 3], features[400:, 3] = 7, np.nan, 7
    log_odds = recipe(algorithm).make(0).fit(features, failing).decision_function(features)
    assert np.isfinite(log_odds).all()
    assert log_odds[failing].mean() > log_odds[~failing].mean() + 0.5


@pytest.mark.parametrize("algorithm", Algorithm)
def test_same_seed_gives_same_log_odds(algorithm: Algorithm) -> None:
    features, failing = rows()
    first, second = (
        recipe(algorithm).make(3).fit(features, failing).decision_function(features)
        for _ in range(2)
    )
    assert np.array_equal(first, second)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_settings_are_plain_values_that_a_record_can_hold(algorithm: Algorithm) -> None:
    settings = recipe(algorithm).settings()
    assert all(isinstance(value, str | int | float | bool | None) for value in settings.values())


def test_boosting_does_not_stop_on_neighbours_of_rows_it_learnt() -> None:
    assert recipe(Algorithm.HIST_GRADIENT_BOOSTING).settings()["early_stopping"] is False
