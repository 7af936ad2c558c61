import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultcast.data.naming import as_name, as_names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("comp1", "comp1"),
        ("E-17", "E_17"),
        ("17", "code_17"),
        (" oil  pump ", "oil_pump"),
        ("Ölpumpe", "Olpumpe"),
    ],
)
def test_values_become_names(text: str, name: str) -> None:
    assert as_name(text, "code") == name


@given(st.text(min_size=1))
def test_whatever_stands_in_a_file_becomes_a_valid_name(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", as_name(text, "code"))


@given(st.text(min_size=1))
def test_a_name_stays_as_it_is(text: str) -> None:
    name = as_name(text, "code")
    assert as_name(name, "code") == name


def test_missing_values_stay_missing() -> None:
    column = pl.DataFrame({"code": ["E-1", None, "E-1"]})
    assert column.select(as_names(pl.col("code"), "code")).to_series().to_list() == [
        "E_1",
        None,
        "E_1",
    ]
