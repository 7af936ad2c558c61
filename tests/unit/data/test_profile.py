from pathlib import Path

import pytest

from faultcast.data.profile import Profile, profile_columns


def _column(folder: Path, *cells: str) -> Profile:
    path = folder / "log.csv"
    path.write_text("\n".join(["name,x", *(f'"{cell}",0' for cell in cells)]), encoding="utf-8")
    return profile_columns(path)[0]


@pytest.mark.parametrize(
    ("cells", "time_format"),
    [
        (("2026-01-31 14:00", "2026-01-31 15:00"), None),
        (("2026-01-31T14:00:00Z",), None),
        (("31.01.2026 14:00", "01.02.2026 14:00"), "%d.%m.%Y %H:%M"),
        (("01/31/2026 02:00:00 PM",), "%m/%d/%Y %I:%M:%S %p"),
        (("01/02/2026 14:00", "01/31/2026 14:00"), "%m/%d/%Y %H:%M"),
        (("1769817600", "1769821200"), "%s"),
    ],
)
def test_times_are_told_with_their_format(
    tmp_path: Path, cells: tuple[str, ...], time_format: str | None
) -> None:
    column = _column(tmp_path, *cells)
    assert (column.is_time, column.is_number, column.time_format) == (True, False, time_format)


def test_numbers_are_no_times(tmp_path: Path) -> None:
    column = _column(tmp_path, "1", "2.5", "", "NaN")
    assert (column.is_time, column.is_number) == (False, True)


def test_texts_are_neither(tmp_path: Path) -> None:
    column = _column(tmp_path, "pump", "belt", "pump")
    assert (column.is_time, column.is_number, column.texts) == (False, False, ["belt", "pump"])


def test_a_column_of_empty_cells_is_neither(tmp_path: Path) -> None:
    column = _column(tmp_path, "", "")
    assert (column.is_time, column.is_number) == (False, False)


def test_a_few_odd_cells_do_not_change_what_a_column_is(tmp_path: Path) -> None:
    assert _column(tmp_path, *(str(n) for n in range(99)), "broken").is_number
