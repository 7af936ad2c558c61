"""The look of figures."""

from faultcast.reporting.style import PALETTE, colours_of


def test_each_name_has_a_colour_of_its_own() -> None:
    colours = colours_of([f"component_{index}" for index in range(8)])
    assert len(set(colours.values())) == 8


def test_more_names_than_colours_begin_again() -> None:
    assert colours_of("abcdefghi")["i"] == PALETTE[0]
