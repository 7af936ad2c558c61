from __future__ import annotations

from pathlib import Path

import pytest

from faultcast.errors import ValuesFileError
from faultcast.pipeline.values import read_values, split_source


def test_a_whole_file_or_a_section_of_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("a: {b: {c: 1}}\n")
    assert read_values(str(file)) == {"a": {"b": {"c": 1}}}
    assert read_values(f"{file}:a.b") == {"c": 1}


def test_a_file_with_a_colon_in_its_name_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "a:b"
    file.write_text("c: 1\n")
    assert split_source(str(file)) == (file, ())
    assert split_source("a.yaml:b") == (Path("a.yaml"), ("b",))


@pytest.mark.parametrize(
    ("text", "section", "fault"),
    [
        (None, "", "there is no such file"),
        ("a: [", "", "not YAML"),
        ("- a\n", "", "not a mapping"),
        ("1: a\n", "", "not a mapping"),
        ("a: 1\n", ":a", "not a mapping"),
        ("a: 1\n", ":b", "the file has no section b"),
    ],
)
def test_what_cannot_be_used_is_refused(
    tmp_path: Path, text: str | None, section: str, fault: str
) -> None:
    if text is not None:
        (tmp_path / "values.yaml").write_text(text)
    with pytest.raises(ValuesFileError, match=fault):
        read_values(f"{tmp_path}/values.yaml{section}")
