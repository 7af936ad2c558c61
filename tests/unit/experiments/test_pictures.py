"""The order of a setting's choices on its axis."""

from __future__ import annotations

import pytest

from faultcast.experiments.pictures import _texts


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([31, 4, 8, 16, 4], ["4", "8", "16", "31"]),
        (["forest", "average"], ["average", "forest"]),
        ([20, None], ["20", "None"]),
    ],
)
def test_numbers_are_ordered_by_their_size(values: list[object], expected: list[str]) -> None:
    assert _texts(values) == expected
