import contextlib
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faultcast.data.readers import SourceFile, column_names, find_files, read_table
from faultcast.errors import UnreadableFileError


def _file(folder: Path, content: str | bytes, name: str = "log.csv") -> SourceFile:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return SourceFile(path, Path(name))


def _fault(file: SourceFile, *columns: str) -> str:
    with pytest.raises(UnreadableFileError) as unreadable:
        read_table(file, columns)
    return str(unreadable.value)


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    table = read_table(_file(tmp_path, 'a,b\n1,x\n\n"two\nlines",y\n3,z\n'), ["a", "b"])
    assert table.select("source_row", "b").rows() == [(2, "x"), (4, "y"), (5, "z")]
    assert table["source_file"].cast(pl.String).unique().to_list() == ["log.csv"]


def test_records_of_parquet_are_numbered_from_one(tmp_path: Path) -> None:
    pl.DataFrame({"a": [7, 8], "b": [1.5, None]}).write_parquet(tmp_path / "log.parquet")
    table = read_table(SourceFile(tmp_path / "log.parquet", Path("log.parquet")), ["b"])
    assert table.select("source_row", "b").rows() == [(1, 1.5), (2, None)]


@pytest.mark.parametrize(
    "content", ["a;b\n1;x\n", "a\tb\n1\tx\n", "b, a\nx, 1\n", "\ufeffa,b\n1,x\n"]
)
def test_separators_byte_order_marks_and_blanks_do_not_matter(tmp_path: Path, content: str) -> None:
    assert read_table(_file(tmp_path, content), ["a", "b"]).select("a", "b").rows() == [("1", "x")]


def test_empty_cells_are_missing(tmp_path: Path) -> None:
    table = read_table(_file(tmp_path, 'a,b\n1, \n"",y\n'), ["a", "b"])
    assert table.select("a", "b").rows() == [("1", None), (None, "y")]


def test_every_missing_column_is_named(tmp_path: Path) -> None:
    message = _fault(_file(tmp_path, "a,b\n1,x\n"), "a", "c", "d")
    assert "column c: is missing; the file has a, b" in message
    assert "column d: is missing" in message


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    assert "column a: stands twice" in _fault(_file(tmp_path, "a,b,a\n1,x,2\n"), "a", "b")


def test_a_blank_first_line_is_no_header(tmp_path: Path) -> None:
    assert "row 1: starts with a blank line" in _fault(_file(tmp_path, "\na,b\n1,x\n"), "a")


def test_the_first_undecodable_byte_is_named_by_row_and_column(tmp_path: Path) -> None:
    file = _file(tmp_path, b"a,b\n1,x\n2,\xe9\n")
    assert "log.csv, row 3, column b: holds bytes that are not UTF-8" in _fault(file, "a", "b")


def test_utf_16_is_refused_with_its_remedy(tmp_path: Path) -> None:
    assert "Save the file as UTF-8" in _fault(_file(tmp_path, "a,b\n1,x\n".encode("utf-16")), "a")


def test_rows_with_too_many_cells_are_all_named(tmp_path: Path) -> None:
    message = _fault(_file(tmp_path, "a,b\n1,x\n2,y,z\n3,x\n4,y,z\n"), "a", "b")
    assert "row 3: has 3 cells under a header of 2" in message
    assert "row 5: has 3 cells" in message


def test_an_open_quotation_mark_is_found(tmp_path: Path) -> None:
    assert "row 3: has a quotation mark" in _fault(_file(tmp_path, 'a,b\n1,x\n"2,y\n3,z\n'), "a")


@pytest.mark.parametrize("kept", [3, 12, 200])
def test_a_truncated_parquet_file_is_named(tmp_path: Path, kept: int) -> None:
    pl.DataFrame({"a": range(1000)}).write_parquet(tmp_path / "log.parquet")
    content = (tmp_path / "log.parquet").read_bytes()
    message = _fault(_file(tmp_path, content[:kept], "log.parquet"), "a")
    assert message.startswith("log.parquet: is ")
    assert "deliver it again" in message


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    assert "log.parquet: is empty (0 bytes)" in _fault(_file(tmp_path, "", "log.parquet"), "a")


def test_damaged_parquet_is_named(tmp_path: Path) -> None:
    pl.DataFrame({"a": [float(n) for n in range(10_000)]}).write_parquet(tmp_path / "log.parquet")
    content = bytearray((tmp_path / "log.parquet").read_bytes())
    content[10:400] = bytes(390)
    assert "not a whole Parquet file" in _fault(_file(tmp_path, bytes(content), "log.parquet"), "a")


@given(st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_damaged_in_parquet_ends_in_a_message(
    tmp_path: Path, data: st.DataObject
) -> None:
    file = SourceFile(tmp_path / "log.parquet", Path("log.parquet"))
    pl.DataFrame({"a": [n * 1.37 for n in range(500)]}).write_parquet(file.path)
    content = bytearray(file.path.read_bytes())
    places = st.integers(0, len(content) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=20)):
        content[place] = data.draw(st.integers(0, 255))
    file.path.write_bytes(content)
    with contextlib.suppress(UnreadableFileError):
        read_table(file, ["a"])


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    missing = SourceFile(tmp_path / "gone.csv", Path("gone.csv"))
    assert "gone.csv: cannot be opened (No such file" in _fault(missing, "a")


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", ".hidden.csv"):
        _file(tmp_path, "a\n1\n", name)
    (tmp_path / "deep").mkdir()
    _file(tmp_path, "a\n1\n", "deep/c.csv")
    found = find_files(tmp_path.parent, tmp_path.name, tmp_path)
    assert [str(file.name) for file in found] == ["a.csv", "b.csv", "deep/c.csv"]


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ((), "holds no CSV or Parquet file"),
        (("a.csv", "b.parquet"), "holds both CSV and Parquet"),
        (("a.csv", "notes.txt"), "notes.txt: is neither a .csv nor a .parquet file"),
    ],
)
def test_folders_of_anything_else_are_refused(
    tmp_path: Path, names: tuple[str, ...], problem: str
) -> None:
    for name in names:
        _file(tmp_path, "a\n1\n", name)
    with pytest.raises(UnreadableFileError, match=problem):
        find_files(tmp_path.parent, tmp_path.name, tmp_path.parent)


def test_column_names_are_those_of_the_file(tmp_path: Path) -> None:
    assert column_names(_file(tmp_path, '"x, y",z\n1,2\n')) == ["x, y", "z"]
