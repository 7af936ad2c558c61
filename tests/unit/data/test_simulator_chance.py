from datetime import timedelta
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultcast.data.simulator.chance import choose, lognormal, persistent_noise

HOUR = timedelta(hours=1)


def test_noise_has_unit_variance_and_forgets_exponentially() -> None:
    noise = persistent_noise(np.random.default_rng(1), 200_000, HOUR, timedelta(hours=5))
    assert noise.mean() == pytest.approx(0, abs=0.03)
    assert noise.std() == pytest.approx(1, abs=0.02)
    for lag in (1, 5, 10):
        assert np.mean(noise[lag:] * noise[:-lag]) == pytest.approx(exp(-lag / 5), abs=0.02)


def test_noise_is_as_wide_at_its_start_as_later() -> None:
    rng = np.random.default_rng(2)
    starts = [persistent_noise(rng, 2, HOUR, timedelta(days=4)) for _ in range(5_000)]
    first, second = np.std(starts, axis=0)
    assert first == pytest.approx(1, abs=0.05)
    assert second == pytest.approx(1, abs=0.05)


@given(seed=st.integers(0, 1000), median=st.floats(0.1, 100), sigma=st.floats(0, 1))
def test_a_lognormal_quantity_is_positive(seed: int, median: float, sigma: float) -> None:
    assert lognormal(np.random.default_rng(seed), median, sigma) > 0


def test_keys_are_drawn_by_weight() -> None:
    rng = np.random.default_rng(3)
    drawn = [choose(rng, {"often": 3, "rarely": 1}) for _ in range(4000)]
    assert drawn.count("rarely") / len(drawn) == pytest.approx(0.25, abs=0.03)
