import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from faultcast.modeling.sampling import thin

labels = arrays(np.bool_, st.integers(2, 300)).filter(lambda a: a.any() and not a.all())


@given(labels, st.integers(1, 30), st.integers(0, 5))
def test_rows_before_failures_are_all_kept_and_the_others_as_many_as_asked(
    failing: np.ndarray, others: int, seed: int
) -> None:
    rows, _ = thin(failing, others, seed)
    kept = failing[rows]
    assert kept.sum() == failing.sum()
    assert (~kept).sum() == min((~failing).sum(), others * failing.sum())
    assert np.array_equal(rows, np.unique(rows))


def test_log_odds_are_raised_by_what_was_left_out() -> None:
    failing = np.arange(1000) < 10
    _, raised = thin(failing, 11, 0)
    assert raised == pytest.approx(np.log(990 / 110))


def test_no_number_keeps_every_row_and_raises_nothing() -> None:
    failing = np.arange(50) % 10 == 0
    rows, raised = thin(failing, None, 0)
    assert np.array_equal(rows, np.arange(50))
    assert raised == 0


def test_seed_decides_which_rows_are_kept() -> None:
    failing = np.arange(1000) < 5
    first, again, other = (thin(failing, 10, seed)[0] for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
