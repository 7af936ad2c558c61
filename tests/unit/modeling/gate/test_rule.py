"""The written rule, case by case."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from faultcast.modeling.gate.bars import Bar, Sense
from faultcast.modeling.gate.comparison import Comparison
from faultcast.modeling.gate.rule import judge_bars, judge_comparison

MARGIN = 0.05
DIFFERENCES = st.floats(-1, 1)


def found(lower: float, difference: float, upper: float) -> Comparison:
    return Comparison(0.5 + difference, 0.5, difference, lower, upper, units=30, draws=1000)


@pytest.mark.parametrize(
    ("lower", "difference", "upper", "newer", "passed", "reason"),
    [
        (0.01, 0.10, 0.20, True, True, "better than the champion beyond chance"),
        (0.01, 0.10, 0.20, False, True, "better than the champion beyond chance"),
        (-0.20, -0.10, -0.01, True, False, "worse than the champion beyond chance"),
        (-0.02, 0.03, 0.08, True, True, "a tie, which the newer version wins"),
        (-0.05, 0.00, 0.05, True, True, "a tie, which the newer version wins"),
        (0.0, 0.0, 0.0, True, True, "a tie, which the newer version wins"),
        (0.0, 0.0, 0.0, False, False, "a tie, and the champion is the newer version"),
        (-0.02, -0.001, 0.02, True, False, "a tie with the lower score"),
        (-0.06, 0.01, 0.08, True, False, "a tie with more than the margin 0.05 at risk"),
    ],
)
def test_the_rule(
    lower: float, difference: float, upper: float, newer: bool, passed: bool, reason: str
) -> None:
    verdict = judge_comparison(found(lower, difference, upper), MARGIN, newer=newer)
    assert verdict.passed is passed
    assert verdict.reason.startswith(reason)


@given(st.tuples(DIFFERENCES, DIFFERENCES, DIFFERENCES).map(sorted), st.booleans())
def test_nothing_passes_that_is_worse_or_risks_more_than_the_margin(
    numbers: list[float], newer: bool
) -> None:
    lower, difference, upper = numbers
    verdict = judge_comparison(found(lower, difference, upper), MARGIN, newer=newer)
    if verdict.passed:
        assert difference >= 0
        assert lower >= -MARGIN


@given(st.tuples(DIFFERENCES, DIFFERENCES, DIFFERENCES).map(sorted), st.floats(0, 0.5))
def test_a_better_challenger_is_never_refused_where_a_worse_one_passes(
    numbers: list[float], gain: float
) -> None:
    lower, difference, upper = numbers
    assume(judge_comparison(found(lower, difference, upper), MARGIN, newer=True).passed)
    better = found(lower + gain, difference + gain, upper + gain)
    assert judge_comparison(better, MARGIN, newer=True).passed


def test_a_comparison_that_could_not_be_made_refuses() -> None:
    verdict = judge_comparison(None, MARGIN, newer=True)
    assert not verdict.passed
    assert "too small" in verdict.reason


@pytest.mark.parametrize(
    ("sense", "value", "cleared"),
    [
        (Sense.AT_LEAST, 0.5, True),
        (Sense.AT_LEAST, 0.49, False),
        (Sense.AT_MOST, 0.5, True),
        (Sense.AT_MOST, 0.51, False),
        (Sense.AT_LEAST, None, False),
        (Sense.AT_MOST, None, False),
    ],
)
def test_a_bar_is_cleared_on_its_limit_and_never_without_a_number(
    sense: Sense, value: float | None, cleared: bool
) -> None:
    assert Bar("x", "what it is", value, sense, 0.5).cleared is cleared


def test_every_missed_bar_is_named() -> None:
    bars = [
        Bar("in_time", "", 0.4, Sense.AT_LEAST, 0.5),
        Bar("false_alarms", "", 2.0, Sense.AT_MOST, 1.5),
        Bar("failures", "", 12, Sense.AT_LEAST, 10),
    ]
    verdict = judge_bars(bars)
    assert verdict.passed is False
    assert verdict.reason == (
        "2 of 3 bars missed: in time 0.4, at least 0.5 is asked; "
        "false alarms 2, at most 1.5 is asked"
    )
    assert judge_bars(bars[2:]).passed
