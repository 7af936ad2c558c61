"""Tables and headline numbers as HTML."""

import polars as pl

from faultcast.reporting.tables import Card, Headline, Table


def html(shown: Table | Headline) -> str:
    return shown._repr_html_()


def test_text_is_escaped() -> None:
    page = html(Table(pl.DataFrame({"<b>": ["a & b"]}), "x < y"))
    assert "&lt;b&gt;" in page
    assert "a &amp; b" in page
    assert "x &lt; y" in page


def test_numbers_stand_right_and_text_left() -> None:
    page = html(
        Table(pl.DataFrame({"name": ["a"], "share": [0.5]}), formats={"share": "{:.1%}".format})
    )
    assert '<td class="fc-number">50.0%</td>' in page
    assert "<td>a</td>" in page


def test_text_can_stand_right() -> None:
    assert '<td class="fc-number">a</td>' in html(Table(pl.DataFrame({"x": ["a"]}), right=("x",)))


def test_what_is_missing_shows_as_a_dash() -> None:
    page = html(Table(pl.DataFrame({"x": [None]}, schema={"x": pl.Float64}), formats={"x": str}))
    assert ">–</td>" in page


def test_a_bar_is_as_long_as_its_share() -> None:
    page = html(Table(pl.DataFrame({"x": [0.5, 9.0]}), bars={"x": 2.0}))
    assert "rgba(0,114,178,.22) 25%" in page
    assert "rgba(0,114,178,.22) 100%" in page


def test_a_row_can_stand_out() -> None:
    page = html(Table(pl.DataFrame({"x": ["a", "all"]}), strong=("all",)))
    assert page.count('<tr class="fc-strong">') == 1


def test_the_headline_shows_every_card() -> None:
    shown = Headline((Card("12", "failures", warn=True), Card("3", "machines")))
    assert html(shown).count("<b>") == 2
    assert html(shown).count('class="fc-card fc-warn"') == 1
    assert repr(shown) == "failures: 12; machines: 3"
