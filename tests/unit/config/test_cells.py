"""What a column's cells may hold: the same for a file's text, an address and JSON."""

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from faultcast.config.cells import Cells, UnfitCellError

SEX = Cells.model_validate({"type": "category", "values": ("female", "male")})
AGE = Cells.model_validate({"type": "number", "min": 0, "max": 110, "required": False})
CLASS = Cells.model_validate({"type": "integer", "values": (1, 2, 3)})
FLOORS = Cells.model_validate({"type": "integer", "min": 0, "max": 60})
LIFT = Cells.model_validate({"type": "boolean"})


@pytest.mark.parametrize(
    ("cells", "value", "read"),
    [
        (SEX, " female ", "female"),
        (AGE, 22, 22.0),
        (AGE, "22", 22.0),
        (AGE, " 7.25e0", 7.25),
        (AGE, "", None),
        (AGE, "NA", None),
        (AGE, None, None),
        (AGE, math.nan, None),
        (CLASS, "3", 3.0),
        (CLASS, 3.0, 3.0),
        (FLOORS, "0", 0.0),
        (LIFT, True, 1.0),
        (LIFT, "false", 0.0),
        (LIFT, "1", 1.0),
        (LIFT, 0, 0.0),
        (LIFT, 1.0, 1.0),
        (LIFT, "0.0", 0.0),
    ],
)
def test_a_value_is_read_however_it_is_written(cells: Cells, value: object, read: object) -> None:
    assert cells.read(value) == read


@pytest.mark.parametrize(
    ("cells", "value", "problem"),
    [
        (SEX, "Male", "'Male' is not one of female, male"),
        (SEX, 1, "1 is not one of female, male"),
        (SEX, True, "True is not one of female, male"),
        (SEX, None, "is empty, and the column needs a value"),
        (SEX, ["male"], "is not one of female, male"),
        (AGE, "old", "'old' is not a number"),
        (AGE, "7,25", "decimals with a point"),
        (AGE, "1_000", "is not a number"),
        (AGE, True, "True is not a number"),
        (AGE, math.inf, "inf is not a number"),
        (AGE, {"years": 3}, "is not a number"),
        (AGE, -1, "-1 is below the lowest possible value, 0"),
        (AGE, "200", "'200' is above the highest possible value, 110"),
        (CLASS, 4, "4 is not one of 1, 2, 3"),
        (CLASS, "", "is empty"),
        (FLOORS, 2.5, "2.5 is not a whole number"),
        (LIFT, "maybe", "'maybe' is neither true nor false"),
        (LIFT, 2, "2 is neither true nor false"),
    ],
)
def test_what_a_column_cannot_hold_is_said(cells: Cells, value: object, problem: str) -> None:
    with pytest.raises(UnfitCellError) as refused:
        cells.read(value)
    assert problem in str(refused.value)


def test_a_category_may_be_called_as_a_missing_value_is() -> None:
    cells = Cells.model_validate({"type": "category", "values": ("NA", "EU"), "required": False})
    assert cells.read("NA") == "NA"
    assert cells.read("n/a") is None


@given(st.floats(0, 110))
def test_text_and_number_mean_the_same(value: float) -> None:
    assert AGE.read(repr(value)) == AGE.read(value) == value


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.lists(st.integers())))
def test_whatever_is_sent_is_read_or_refused(value: object) -> None:
    for cells in (SEX, AGE, CLASS, FLOORS, LIFT):
        with suppress(UnfitCellError):
            assert isinstance(cells.read(value), float | str | None)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"type": "category"}, "needs values"),
        ({"type": "category", "values": [1, 2]}, "quotation marks"),
        ({"type": "category", "values": [True, False]}, "valid"),
        ({"type": "category", "values": ["a", "a"]}, "stands twice"),
        ({"type": "category", "values": ["a"], "min": 0}, "no min or max"),
        ({"type": "number"}, "needs min and max"),
        ({"type": "number", "min": 3, "max": 3}, "not below"),
        ({"type": "integer"}, "either values or both"),
        ({"type": "integer", "values": ["1", "2"]}, "whole numbers"),
        ({"type": "integer", "min": 0}, "either values or both"),
        ({"type": "integer", "min": 0, "max": 2**24 + 1}, "not told apart"),
        ({"type": "boolean", "values": [0, 1]}, "no values"),
        ({"type": "text"}, "number"),
        ({"type": "boolean", "unit": "", "colour": "red"}, "extra"),
    ],
)
def test_settings_that_do_not_fit_the_type_are_refused(
    settings: dict[str, object], fault: str
) -> None:
    with pytest.raises(ValidationError, match=f"(?i){fault}"):
        Cells.model_validate(settings)
