from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.data.feedback import SCHEMA, read_feedback, write_feedback
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
    assert write_feedback(layout, "small", marks()) == layout.feedback("small")
    assert read_feedback(layout, "small").equals(marks().reverse())


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
