"""Durations as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultcast.config.duration import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("90s", timedelta(seconds=90)),
        ("10m", timedelta(minutes=10)),
        ("24h", timedelta(days=1)),
        ("2d", timedelta(days=2)),
    ],
)
def test_a_number_and_a_unit_are_a_duration(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "wrong",
    ["24", "24 h", "24hours", "h", "", "-3h", "0h", "1.5h", "3h\n", "9" * 14 + "d", 24, None],
)
def test_anything_else_is_refused_with_the_units_named(wrong: object) -> None:
    with pytest.raises(ValueError, match="one of s, m, h, d, for example 24h"):
        parse_duration(wrong)


@given(st.integers(1, 9_999_999))
def test_what_is_written_reads_back_the_same(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    assert parse_duration(format_duration(duration)) == duration
