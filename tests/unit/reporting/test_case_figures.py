"""What the figures of a case say they show."""

from __future__ import annotations

from faultcast.reporting.case_figures import slice_finding

WORST = {"column": "age", "group": "up to 21", "rows": 76, "accuracy": 0.75, "high": 0.83}


def test_a_group_within_its_interval_is_not_called_weaker() -> None:
    assert slice_finding(WORST, 0.81).startswith("No group is clearly weaker than all rows")


def test_a_group_below_its_interval_is_called_weaker() -> None:
    assert slice_finding(WORST, 0.84).startswith("Clearly weaker where age is up to 21")
