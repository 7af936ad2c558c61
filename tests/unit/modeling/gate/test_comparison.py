"""The paired bootstrap: what it promises for any two models."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from faultcast.modeling.gate.comparison import compare
from faultcast.modeling.gate.exam import Counts, Score

SCORES = st.lists(st.floats(0, 1), min_size=2, max_size=30)


def mean_of(values: list[float] | np.ndarray) -> Score:
    def score(counts: Counts) -> float:
        return float(counts @ np.asarray(values) / counts.sum())

    return score


@given(SCORES)
def test_a_model_against_itself_differs_by_nothing(values: list[float]) -> None:
    found = compare(mean_of(values), mean_of(values), len(values))
    assert found is not None
    assert (found.difference, found.lower, found.upper) == (0, 0, 0)


@given(SCORES, st.floats(0.01, 0.5))
def test_a_model_that_is_better_by_the_same_on_every_unit_is_better_beyond_chance(
    values: list[float], gain: float
) -> None:
    found = compare(mean_of(np.array(values) + gain), mean_of(values), len(values))
    assert found is not None
    assert np.allclose([found.difference, found.lower, found.upper], gain)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=5, max_size=30))
def test_swapping_the_models_mirrors_the_interval(pairs: list[tuple[float, float]]) -> None:
    ours, theirs = ([one for one, _ in pairs], [other for _, other in pairs])
    there = compare(mean_of(ours), mean_of(theirs), len(pairs))
    back = compare(mean_of(theirs), mean_of(ours), len(pairs))
    assert there is not None
    assert back is not None
    assert np.allclose(
        [there.difference, there.lower, there.upper], [-back.difference, -back.upper, -back.lower]
    )
    assert there.lower <= there.upper


def test_what_makes_units_hard_for_both_models_cancels_out() -> None:
    random = np.random.default_rng(0)
    hard = random.random(30)  # differs far more between units than the models do
    ours = hard + 0.02 + random.normal(scale=0.01, size=30)
    found = compare(mean_of(ours), mean_of(hard), 30)
    assert found is not None
    assert found.lower > 0


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    random, covered, trials = np.random.default_rng(1), 0, 200
    for _ in range(trials):
        gains = random.normal(0.1, 0.2, size=25)
        found = compare(mean_of(gains), mean_of(np.zeros(25)), 25)
        assert found is not None
        covered += found.lower <= 0.1 <= found.upper
    assert 0.88 <= covered / trials <= 0.99


def test_the_same_scores_give_the_same_interval() -> None:
    values = np.random.default_rng(2).random(20)
    first = compare(mean_of(values), mean_of(values[::-1].copy()), 20)
    assert first == compare(mean_of(values), mean_of(values[::-1].copy()), 20)


def test_scores_that_most_draws_leave_undefined_are_not_compared() -> None:
    def only_with_the_first_unit_thrice(counts: Counts) -> float:
        return 1.0 if counts[0] in (1, 3) and counts.sum() == 3 and counts.max() != 2 else np.nan

    assert compare(only_with_the_first_unit_thrice, mean_of([0, 0, 0]), 3) is None
