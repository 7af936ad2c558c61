"""Figures: the same bytes, a finding as title, a description."""

import base64
from pathlib import Path

import matplotlib as mpl

from faultcast.reporting.picture import (
    Picture,
    canvas,
    finish,
    house_style,
    legend_below,
    save_pictures,
)


@house_style
def drawn(finding: str = "Heat rises") -> Picture:
    figure, axes = canvas(1, 2, height=2)
    for place in axes:
        place.plot([1, 2, 3], [2, 1, 4], label="heat")
    legend_below(figure)
    return finish(figure, "drawn", finding, "Two lines.")


def test_the_same_drawing_gives_the_same_bytes() -> None:
    assert drawn().png == drawn().png


def test_a_readers_own_style_changes_no_byte() -> None:
    usual = drawn().png
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "axes.facecolor": "red"}):
        assert drawn().png == usual


def test_a_picture_names_no_library_version() -> None:
    assert b"Software" not in drawn().png


def test_the_title_is_the_finding() -> None:
    finding = "Heat rises " * 20
    title = drawn(finding).figure.get_suptitle()
    assert title.replace("\n", " ") == finding.strip()
    assert max(len(line) for line in title.splitlines()) < 100


def test_a_legend_names_each_label_once() -> None:
    (legend,) = drawn().figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["heat"]


def test_a_notebook_gets_the_image_and_its_description() -> None:
    data, metadata = drawn()._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == drawn().png
    assert metadata["alt"] == "Heat rises. Two lines."
    assert data["text/plain"] == "Picture: Heat rises. Two lines."


def test_pictures_are_saved_by_their_names(tmp_path: Path) -> None:
    save_pictures(tmp_path / "figures", drawn())
    assert (tmp_path / "figures" / "drawn.png").read_bytes() == drawn().png
