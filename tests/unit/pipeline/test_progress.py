from __future__ import annotations

from io import StringIO

import pytest

from faultcast.pipeline.document import Cell
from faultcast.pipeline.progress import CellLines
from tests.unit.pipeline.test_reporter import Terminal

CELL = Cell(3, 5, "Rolling windows", "x = 1", ())


def test_what_cells_print_is_shown_by_lines_when_asked() -> None:
    stream, silent = StringIO(), StringIO()
    for lines in (CellLines(stream, logs=True), CellLines(silent)):
        for piece in ("epoch ", "1\nepoch 2\nlo", "ss 3"):
            lines.printed(piece)
        lines.ended(CELL, 12, 1.23)
    shown = "  | epoch 1\n  | epoch 2\n  | loss 3\n"
    assert stream.getvalue() == f"{shown}[ 3/12] Rolling windows  1.2 s\n"
    assert silent.getvalue() == "[ 3/12] Rolling windows  1.2 s\n"


@pytest.mark.parametrize(
    ("stream", "shown"),
    [
        (StringIO(), "[ 3/12] Rolling windows  1.2 s\n"),
        (
            Terminal(),
            "\r\x1b[2K[ 3/12] Rolling windows …\r\x1b[2K[ 3/12] Rolling windows  1.2 s\n",
        ),
    ],
)
def test_a_cell_has_a_line_which_a_terminal_shows_while_it_runs(
    stream: StringIO, shown: str
) -> None:
    lines = CellLines(stream)
    lines.started(CELL, 12)
    lines.ended(CELL, 12, 1.23)
    assert stream.getvalue() == shown
