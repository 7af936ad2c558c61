import numpy as np
import pytest

from faultcast.config.model import Algorithm, Forest, HistGradientBoosting, Model
from faultcast.modeling.estimators import log_odds, make_classifier


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
    fitted = make_classifier(Model(algorithm=algorithm)).fit(features, failing)
    found = log_odds(fitted, features)
    assert np.isfinite(found).all()
    assert found[failing].mean() > found[~failing].mean() + 0.5


@pytest.mark.parametrize("algorithm", Algorithm)
def test_same_seed_gives_same_log_odds(algorithm: Algorithm) -> None:
    features, failing = rows()
    model = Model(algorithm=algorithm, seed=3)
    first, second = (
        log_odds(make_classifier(model).fit(features, failing), features) for _ in range(2)
    )
    assert np.array_equal(first, second)


def test_seed_and_hyperparameters_reach_the_forest() -> None:
    features, failing = rows()
    few = Forest(n_estimators=5, max_leaf_nodes=4)
    found = [
        log_odds(
            make_classifier(Model(algorithm=Algorithm.EXTRA_TREES, seed=seed, extra_trees=few)).fit(
                features, failing
            ),
            features,
        )
        for seed in (0, 1)
    ]
    assert not np.array_equal(*found)
    assert np.unique(found[0]).size <= 4**5


def test_average_is_the_mean_of_its_members_log_odds() -> None:
    features, failing = rows()
    average = make_classifier(Model(algorithm=Algorithm.AVERAGE)).fit(features, failing)
    alone = [
        log_odds(make_classifier(member).fit(features, failing), features)
        for member in Model(algorithm=Algorithm.AVERAGE).members
    ]
    assert log_odds(average, features) == pytest.approx((alone[0] + alone[1]) / 2)
    assert average.predict_proba(features)[:, 1] == pytest.approx(
        1 / (1 + np.exp(-log_odds(average, features)))
    )


def test_boosting_does_not_stop_on_neighbours_of_rows_it_learnt() -> None:
    boosting = make_classifier(Model(algorithm=Algorithm.HIST_GRADIENT_BOOSTING))
    features, failing = rows()
    assert boosting.fit(features, failing).n_iter_ == HistGradientBoosting().max_iter
