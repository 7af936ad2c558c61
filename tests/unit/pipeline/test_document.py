from __future__ import annotations

import json
from pathlib import Path

import pytest

from faultcast.errors import NotebookError
from faultcast.pipeline.document import read_notebook
from tests.unit.pipeline.notebooks import code, markdown, parameters, write_notebook


def test_cells_carry_number_heading_and_tags(tmp_path: Path) -> None:
    path = write_notebook(
        tmp_path / "n.ipynb",
        markdown("# The *plant*"),
        parameters("a = 1"),
        markdown("## Reading `files`\n\nFrom [here](x.html).\n\n### In detail ###"),
        code("b = 2"),
        code("   "),
        code("c = 3", "slow"),
    )
    cells = read_notebook(path).code_cells
    assert [(one.number, one.index, one.heading, one.tags) for one in cells] == [
        (1, 1, "Parameters", ("parameters",)),
        (2, 3, "In detail", ()),
        (3, 5, "In detail", ("slow",)),
    ]


def test_a_cell_without_a_heading_above_is_named_by_its_first_line(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "n.ipynb", code("# what follows\n\nx = 1\ny = 2"))
    assert read_notebook(path).code_cells[0].heading == "x = 1"


def test_what_an_earlier_run_injected_is_no_cell_of_the_notebook(tmp_path: Path) -> None:
    injected = code("a = 2", "injected-parameters")
    path = write_notebook(tmp_path / "n.ipynb", parameters("a = 1"), injected, code("b = a"))
    assert [one.number for one in read_notebook(path).code_cells] == [1, 2]


def test_the_title_is_the_first_heading_or_the_files_name(tmp_path: Path) -> None:
    titled = write_notebook(
        tmp_path / "a.ipynb", code("1"), markdown("Text\n\n# **Wear** of pumps")
    )
    plain = write_notebook(tmp_path / "b.ipynb", code("1"))
    assert read_notebook(titled).title == "Wear of pumps"
    assert read_notebook(plain).title == "b"


def test_a_source_in_lines_is_one_text(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "n.ipynb", {**code(""), "source": ["a = 1\n", "b = 2"]})
    assert read_notebook(path).code_cells[0].source == "a = 1\nb = 2"


def test_cells_of_older_formats_get_the_same_ids_every_time(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(
        json.dumps({"cells": [code("1"), code("2")], "nbformat": 4, "nbformat_minor": 2})
    )
    content = read_notebook(path).content
    assert [cell["id"] for cell in content["cells"]] == ["cell-0", "cell-1"]
    assert content["nbformat_minor"] == 5


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "its JSON is broken"),
        ("[]", "not a notebook of format 4"),
        ('{"cells": [], "nbformat": 3}', "not a notebook of format 4"),
        (
            '{"cells": [], "nbformat": 4, "metadata": {"kernelspec": {"language": "R"}}}',
            "its language is R",
        ),
    ],
)
def test_a_file_that_is_no_python_notebook_is_refused(
    tmp_path: Path, text: str, fault: str
) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(text)
    with pytest.raises(NotebookError, match=fault):
        read_notebook(path)


def test_the_nearest_notebook_is_proposed_for_a_missing_one(tmp_path: Path) -> None:
    write_notebook(tmp_path / "02_features.ipynb", code("x"))
    with pytest.raises(NotebookError, match=r"; did you mean 02_features\.ipynb\?"):
        read_notebook(tmp_path / "02_feature.ipynb")


def test_a_file_is_named_as_one_would_type_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scripts").mkdir()
    monkeypatch.chdir(tmp_path / "scripts")
    with pytest.raises(NotebookError, match=r"^\.\./notebooks/n\.ipynb: "):
        read_notebook(tmp_path / "notebooks/n.ipynb")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="there is no such file"):
        read_notebook(tmp_path / "n.ipynb")
