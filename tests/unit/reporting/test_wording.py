"""Numbers and lists as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultcast.reporting.wording import (
    count,
    hours,
    in_order,
    listing,
    number,
    percent,
    sentence,
    span,
    worded,
)


def spaced(text: str) -> str:
    return text.replace(" ", "\u00a0")


def test_a_count_agrees_with_its_noun() -> None:
    assert [count(n, "failure") for n in (0, 1, 2)] == ["0 failures", "1 failure", "2 failures"]
    assert count(1204, "battery", "batteries") == "1,204 batteries"


def test_a_list_ends_with_and() -> None:
    assert [listing(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (0.0213, "2.1 %"),
        (0.126, "13 %"),
        (1.0, "100 %"),
        (0.0005, "0.05 %"),
        (1e-6, "less than 0.01 %"),
    ],
)
def test_a_share_has_two_digits(share: float, text: str) -> None:
    assert percent(share) == spaced(text).replace("less\u00a0than\u00a0", "less than ")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0, "V", "0 V"), (1234.5, "", "1,230"), (0.01234, "mm/s", "0.0123 mm/s"), (-7, "°C", "-7 °C")],
)
def test_a_number_has_three_digits(value: float, unit: str, text: str) -> None:
    assert number(value, unit) == spaced(text)


@given(st.floats(1e-6, 1e9))
def test_a_rounded_number_is_near(value: float) -> None:
    assert abs(float(number(value).replace(",", "")) - value) <= 0.0051 * value


def test_hours_have_a_digit_below_ten() -> None:
    assert [hours(h) for h in (3, 6.54, 14.4)] == [spaced(t) for t in ("3 h", "6.5 h", "14 h")]


def test_a_long_time_is_in_months() -> None:
    assert span(timedelta(days=40)) == "40 days"
    assert span(timedelta(days=365)) == "12 months"


def test_names_are_sorted_as_people_do() -> None:
    assert in_order(["m10", "m2", "m1"]) == ["m1", "m2", "m10"]


def test_words_replace_identifiers() -> None:
    assert sentence(worded("oil_pressure falls")) == "Oil pressure falls"
