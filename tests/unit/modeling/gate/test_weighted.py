"""Scores under weights agree with scikit-learn on rows that are really drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from faultcast.modeling.gate.weighted import accuracy, average_precision

ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]), st.integers(0, 3)),
    min_size=4,
    max_size=40,
)


@given(ROWS, st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_average_precision_of_counted_units_is_that_of_their_rows_drawn_so_often(
    rows: list[tuple[bool, float, int]], counts: list[int]
) -> None:
    failing, probabilities, unit_of = (np.array(column) for column in zip(*rows, strict=True))
    weight = np.array(counts)
    drawn = np.repeat(np.arange(unit_of.size), weight[unit_of])
    found = average_precision(failing, probabilities, unit_of)(weight)
    if len({*failing[drawn]}) < 2:
        assert np.isnan(found)
    else:
        expected = average_precision_score(failing[drawn], probabilities[drawn])
        assert found == pytest.approx(expected, abs=1e-12)


def test_accuracy_counts_rows_as_often_as_they_are_drawn() -> None:
    score = accuracy(np.array([True, False, True, True]))
    assert score(np.array([1, 1, 1, 1])) == 0.75
    assert score(np.array([0, 3, 1, 0])) == 0.25
