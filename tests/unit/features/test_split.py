"""Split by time: in order, with an embargo, and useless splits refused."""

from datetime import timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultcast.config.plant import Split
from faultcast.errors import SplitError
from faultcast.features.split import embargo, split_by_time

from .plants import CLOCK, PLANT, START

HOUR = timedelta(hours=1)


def table(labels: list[bool | None]) -> pl.DataFrame:
    times = [START + h * HOUR for h in range(len(labels))]
    frame = {"machine": ["a"] * len(labels), "time": times, "label_machine": labels}
    return pl.DataFrame(frame, schema_overrides={"time": CLOCK})


@given(st.integers(0, 30), st.floats(0.1, 0.4), st.floats(0.1, 0.4))
def test_parts_are_in_order_and_an_embargo_apart(
    hours: int, validation: float, test: float
) -> None:
    gap = hours * HOUR
    split = Split(validation=validation, test=test)
    parts = split_by_time(table([h % 3 == 0 for h in range(800)]), split, gap)
    frames = [frame["time"] for _, frame in parts.items()]
    for earlier, later in pairwise(frames):
        assert later.min() - earlier.max() >= gap


def test_the_embargo_covers_the_horizon_and_the_oldest_reading() -> None:
    assert embargo(PLANT) == timedelta(hours=12 + 12)


def test_unlabelled_rows_enter_no_part() -> None:
    parts = split_by_time(table([h % 3 == 0 for h in range(200)] + [None] * 20), Split(), 5 * HOUR)
    assert sum(part["label_machine"].null_count() for _, part in parts.items()) == 0


@pytest.mark.parametrize(
    ("labels", "part", "says"),
    [
        ([], "training", "no row at all"),
        ([False] * 100, "train", "no row before a failure"),
        ([True] * 100, "train", "only rows before a failure"),
        ([h < 70 and h % 2 == 0 for h in range(100)], "test", "no row before a failure"),
    ],
)
def test_a_part_with_one_class_is_refused(labels: list[bool], part: str, says: str) -> None:
    with pytest.raises(SplitError, match=f"the {part} part .* {says}"):
        split_by_time(table(labels), Split(), timedelta(0))
