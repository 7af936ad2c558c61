from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import pytest

from faultcast.errors import NotebookError
from faultcast.pipeline.document import read_notebook
from faultcast.pipeline.signature import Signature
from tests.unit.pipeline.notebooks import code, parameters, write_notebook


def signature_of(folder: Path, source: str) -> Signature:
    return Signature.of(read_notebook(write_notebook(folder / "n.ipynb", parameters(source))))


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ('plant = "bottling"', str),
        ("hours = 24", int),
        ("share = 0.2", float),
        ("fast = False", bool),
        ('names = ["a", "b"]', list[str]),
        ("mixed = [1, 2.5]", list[float]),
        ('limits = {"a": 1}', dict[str, int]),
        ("pair = (1, 2)", tuple[int, ...]),
        ("unknown = None", Any),
        ("computed = 2 * 24", Any),
        ("start = date(2026, 1, 1)", date),
        ("start = datetime.datetime(2026, 1, 1)", datetime),
        ("plant: str | None = None", str | None),
        ("plant: Optional[str] = None", str | None),
        ("plants: list[str] = []", list[str]),
        ('mode: Literal["a", "b"] = "a"', Literal["a", "b"]),
        ('late: "date | None" = None', date | None),
        ("frame: pl.DataFrame = None", Any),
    ],
)
def test_a_type_follows_from_annotation_or_default(tmp_path: Path, source: str, kind: Any) -> None:
    (parameter,) = signature_of(tmp_path, source).parameters
    assert parameter.kind == kind


def test_statements_on_one_line_and_on_both_sides_are_all_found(tmp_path: Path) -> None:
    found = signature_of(tmp_path, "a = 1; b = 'x'\nc = d = 2.0\ne, f = 1, 'y'\n").parameters
    assert {one.name: one.kind for one in found} == {
        "a": int,
        "b": str,
        "c": float,
        "d": float,
        "e": int,
        "f": str,
    }


def test_a_line_of_text_that_looks_like_an_assignment_is_none(tmp_path: Path) -> None:
    found = signature_of(tmp_path, 'query = """\nhours = 24\n"""\n').parameters
    assert [one.name for one in found] == ["query"]


def test_a_parameter_without_a_value_must_be_given(tmp_path: Path) -> None:
    found = signature_of(tmp_path, "plant: str\nhours = ...\nfast = True\n").parameters
    assert [one.required for one in found] == [True, True, False]


def test_the_comment_beside_a_parameter_is_its_meaning(tmp_path: Path) -> None:
    (parameter,) = signature_of(tmp_path, "hours = 24  # horizon # of forecasts, h").parameters
    assert parameter.meaning == "horizon # of forecasts, h"
    assert str(parameter) == "hours (int): horizon # of forecasts, h"


def test_imports_and_text_may_stand_beside_parameters(tmp_path: Path) -> None:
    source = '"""What to look at."""\nfrom datetime import date\nstart = date(2026, 1, 1)'
    assert [one.name for one in signature_of(tmp_path, source).parameters] == ["start"]


@pytest.mark.parametrize("source", ["print(1)", "if True:\n    a = 1", "def f(): ..."])
def test_more_than_assignments_is_refused_with_its_line(tmp_path: Path, source: str) -> None:
    with pytest.raises(NotebookError, match="line 2 of its parameters cell is more"):
        signature_of(tmp_path, f"a = 1\n{source}")


def test_code_that_is_not_python_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="line 2 of its parameters cell is not Python"):
        signature_of(tmp_path, "a = 1\nb = = 2")


def test_two_parameters_cells_are_refused(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "n.ipynb", parameters("a = 1"), parameters("b = 1"))
    with pytest.raises(NotebookError, match="two cells are tagged parameters"):
        Signature.of(read_notebook(path))


def test_a_notebook_without_a_parameters_cell_accepts_nothing(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "n.ipynb", code("a = 1"))
    assert Signature.of(read_notebook(path)).parameters == ()


def test_a_literal_default_is_known(tmp_path: Path) -> None:
    signature = signature_of(tmp_path, 'plant = "bottling"\nstart = date(2026, 1, 1)')
    assert signature.default_of("plant") == "bottling"
    assert signature.default_of("start") is None
    assert signature.default_of("nothing") is None
