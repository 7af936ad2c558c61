from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.data.feedback import SCHEMA, add_feedback, read_feedback
from faultcast.errors import UnreadableFileError

TIME = datetime(2026, 3, 1, 6, 30, 12, 345678, tzinfo=UTC)
SEEN = {"forecast_time": TIME, "version": "7", "probability": 0.1 + 0.2, "threshold": 0.25}
MARKS = [
    {"time": TIME, "machine": "M1", "component": "seal", "mark": "repaired", "note": 'a "b", c'},
    {"time": TIME.replace(day=2), "machine": "M2", "mark": "false alarm", "note": "zwölf\nlines"},
]


def marks() -> pl.DataFrame:
    return pl.DataFrame([MARKS[0] | SEEN | {"request_id": "r1"}, MARKS[1]], SCHEMA)


def test_feedback_is_read_as_it_was_written_newest_first(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert add_feedback(layout, "small", marks()) == 2
    assert read_feedback(layout, "small").equals(marks().reverse())


def test_what_is_there_stays_and_only_new_marks_are_added(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert add_feedback(layout, "small", marks().head(1)) == 1
    before = layout.feedback("small").read_text()
    # The store has forgotten the forecast of the first mark meanwhile.
    forgetful = marks().with_columns(probability=None)
    assert add_feedback(layout, "small", forgetful) == 1
    assert layout.feedback("small").read_text().startswith(before)
    assert add_feedback(layout, "small", forgetful) == 0


def test_no_mark_makes_no_file(tmp_path: Path) -> None:
    assert add_feedback(Layout(tmp_path), "small", marks().clear()) == 0
    assert not Layout(tmp_path).feedback("small").exists()


def test_without_a_file_there_is_none(tmp_path: Path) -> None:
    found = read_feedback(Layout(tmp_path), "small")
    assert (found.schema, found.height) == (pl.Schema(SCHEMA), 0)


@pytest.mark.parametrize("text", ["", "time,machine\nsoon,M1\n", "\xff\xfe", "time\n1,2,3\n"])
def test_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    path = Layout(tmp_path).feedback("small")
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UnreadableFileError, match=r"feedback/small\.csv: no feedback"):
        read_feedback(Layout(tmp_path), "small")
