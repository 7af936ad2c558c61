"""A case's table: every cell checked, every fault named by file, row and column."""

from pathlib import Path

import polars as pl
import pytest

from faultcast.config.load import load_case
from faultcast.data.case_table import read_case_table
from faultcast.errors import ContractError, UnreadableFileError
from tests.unit.modeling.fruit import CONFIG, fruit, write_case


def read(root: Path, table: pl.DataFrame, config: str = CONFIG) -> pl.DataFrame:
    layout = write_case(root, table, config)
    return read_case_table(layout, load_case(layout, "fruit"))


def refused(root: Path, table: pl.DataFrame, config: str = CONFIG) -> str:
    with pytest.raises(ContractError) as caught:
        read(root, table, config)
    assert caught.value.exit_code == 2
    return str(caught.value)


def changed(column: str, value: object, row: int = 4) -> pl.DataFrame:
    """Return the fruit with a cell changed, of the row that a spreadsheet shows."""
    values = fruit().cast(pl.String)[column].to_list()
    values[row - 2] = value
    return fruit().cast(pl.String).with_columns(pl.Series(column, values))


def test_columns_are_typed_and_gaps_stay_gaps(tmp_path: Path) -> None:
    table = fruit()
    typed = read(tmp_path, table)
    assert typed.columns == ["weight", "length", "colour", "spots", "stalk", "target"]
    assert typed.dtypes == [*[pl.Float32] * 2, pl.String, *[pl.Float32] * 2, pl.Int32]
    assert typed["weight"].null_count() == table["Weight (g)"].null_count() > 0
    assert typed["colour"].null_count() == table["colour"].null_count() > 0
    assert typed["stalk"].drop_nulls().unique().sort().to_list() == [0, 1]
    kinds = pl.Series(["apple", "pear", "plum"])[typed["target"]]
    assert kinds.to_list() == table["kind"].to_list()


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("colour", "Red", "'Red' is not one of red, green, yellow"),
        ("length", "long", "'long' is not a number"),
        ("length", None, "is empty, and the column needs a value"),
        ("Weight (g)", "1200", "above the highest possible value, 900"),
        ("spots", "2.5", "is not a whole number"),
        ("stalk", "perhaps", "neither true nor false"),
        ("kind", None, "is empty, and the column needs a value"),
        ("kind", "peach", "'peach' is not one of apple, pear, plum"),
    ],
)
def test_a_cell_that_its_column_cannot_hold_is_named(
    tmp_path: Path, column: str, value: object, problem: str
) -> None:
    message = refused(tmp_path, changed(column, value))
    assert f"data/external/fruit.csv, row 4, column {column}: " in message
    assert problem in message
    assert "configs/cases/fruit.yaml" in message


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    table = changed("colour", "Red").with_columns(spots=pl.lit("-3"))
    message = refused(tmp_path, table)
    assert "401 violations" in message
    assert "column colour" in message
    assert "and 395 more like it (faultcast case check fruit --all)" in message


def test_a_row_that_repeats_another_is_refused_unless_rows_may_be_alike(tmp_path: Path) -> None:
    table = pl.concat([fruit(), fruit()[2:3]])
    message = refused(tmp_path, table)
    assert "row 402: repeats row 4 in every column" in message
    assert "duplicates: keep" in message
    assert read(tmp_path, table, f"{CONFIG}duplicates: keep\n").height == 401


def test_a_constant_target_is_refused(tmp_path: Path) -> None:
    message = refused(tmp_path, fruit().with_columns(kind=pl.lit("plum")))
    assert "fruit.csv, column kind: is constant: 'plum' in each of 400 rows" in message


def test_a_class_that_is_too_rare_is_refused(tmp_path: Path) -> None:
    table = fruit().filter((pl.col("kind") != "plum") | (pl.int_range(pl.len()) < 6))
    assert "holds 'plum' in" in refused(tmp_path, table)


def test_a_column_without_any_value_is_refused(tmp_path: Path) -> None:
    table = fruit().with_columns(colour=pl.lit(None, pl.String))
    assert "column colour: holds no value" in refused(tmp_path, table)


def test_a_table_of_a_header_alone_is_refused(tmp_path: Path) -> None:
    assert "holds no row under its header" in refused(tmp_path, fruit().clear())


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"length,kind\n3,plum\n", "column Weight .g.: is missing"),
        (None, "is not there"),
    ],
)
def test_a_file_that_is_no_table_of_the_case_is_refused(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    layout = write_case(tmp_path, fruit())
    path = layout.case_table("fruit")
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=problem) as caught:
        read_case_table(layout, load_case(layout, "fruit"))
    assert caught.value.exit_code == 2
