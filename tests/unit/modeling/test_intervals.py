from math import comb

import numpy as np
import pytest

from faultcast.modeling.intervals import clustered_interval, count_interval, share_interval


@pytest.mark.parametrize("count", [10, 40])
@pytest.mark.parametrize("truth", [0.1, 0.3, 0.5, 0.8])
def test_interval_of_a_share_holds_the_truth_in_about_95_of_100_cases(
    truth: float, count: int
) -> None:
    covered = 0.0
    for hits in range(count + 1):
        low, high = share_interval(hits / count, count)
        if low <= truth <= high:
            covered += comb(count, hits) * truth**hits * (1 - truth) ** (count - hits)
    assert 0.91 < covered < 0.995


@pytest.mark.parametrize("truth", [0.5, 3, 12])
def test_interval_of_a_count_holds_the_truth_at_least_95_of_100_times(truth: float) -> None:
    counts = np.random.default_rng(0).poisson(truth, 20_000)
    known = {count: count_interval(int(count)) for count in set(counts)}
    covered = np.mean([known[count][0] <= truth <= known[count][1] for count in counts])
    assert covered >= 0.945


def test_nothing_counted_leaves_everything_open() -> None:
    assert share_interval(0.0, 0) == (0, 1)
    assert count_interval(0)[0] == 0
    assert count_interval(0)[1] == pytest.approx(3.689, abs=0.001)


def test_interval_by_clusters_holds_the_truth_where_rows_repeat_each_other() -> None:
    random = np.random.default_rng(1)
    covered, naive = 0, 0
    for _ in range(1000):
        own = random.random(30) < 0.3  # a cluster's twenty rows all share one fate
        counts, hits = np.full(30, 20.0), 20.0 * own
        low, high = clustered_interval(hits, counts)
        covered += low <= 0.3 <= high
        low, high = share_interval(hits.sum() / 600, 600)
        naive += low <= 0.3 <= high
    assert covered > 920
    assert naive < 500


def test_independent_rows_keep_their_weight() -> None:
    random = np.random.default_rng(2)
    hits = random.binomial(20, 0.3, 200).astype(float)
    clustered = clustered_interval(hits, np.full(200, 20.0))
    assert clustered == pytest.approx(share_interval(hits.sum() / 4000, 4000), abs=0.01)


def test_agreement_of_all_rows_counts_clusters_not_rows() -> None:
    assert clustered_interval(np.zeros(4), np.full(4, 1000.0)) == share_interval(0, 4)
