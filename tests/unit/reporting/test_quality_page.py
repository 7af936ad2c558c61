"""The quality page stands alone, shows what the report says, and trusts no name in the files."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.data.assess import assess
from faultcast.data.ingest import ingest
from faultcast.reporting.quality_page import render_quality_page
from tests.unit.data.mill import CONFIG, append, configure, edit, make_mill, moment

ALL = ["sort", "drop_duplicates", "keep_last", "out_of_range_to_missing", "drop_unknown_machines"]
_VOID = {"meta", "br", "rect"}


class _Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self.open.pop() == tag


@pytest.fixture
def mill(tmp_path: Path) -> Layout:
    return make_mill(tmp_path, repairs=ALL)


def _page(layout: Layout) -> str:
    plant = load_plant(layout, "mill")
    return render_quality_page(assess(plant, ingest(plant, layout.raw("mill"), layout.root)))


def _ugly(layout: Layout) -> None:
    raw = layout.raw("mill")
    edit(raw / "telemetry.csv", 4, f"M1,{moment(2)},-999,20.0")
    edit(raw / "telemetry.csv", 300, None)
    append(raw / "telemetry.csv", f"M3,{moment(239)},61.2,24.0", f"M3,{moment(100)},1.5,2.5")
    append(raw / "failures.csv", f"M9,{moment(5)},pump")


def test_the_page_needs_nothing_else(mill: Layout) -> None:
    _ugly(mill)
    page = _page(mill)
    assert not re.search(r"<script|<link|<img|@import|url\(|https?:", page)
    assert "prefers-color-scheme:dark" in page
    assert str(mill.root) not in page


@pytest.mark.parametrize("is_ugly", [False, True])
def test_every_tag_is_closed(mill: Layout, is_ugly: bool) -> None:
    if is_ugly:
        _ugly(mill)
    balance = _Balance()
    balance.feed(_page(mill))
    assert balance.open == []


def test_flawless_data_are_praised(mill: Layout) -> None:
    page = _page(mill)
    assert "Nothing is missing, late, stuck or there twice." in page
    assert "No reading is missing." in page
    assert "Nothing needed repair." in page


def test_flaws_and_repairs_are_told_with_their_places(mill: Layout) -> None:
    _ugly(mill)
    page = _page(mill)
    assert "1 gap" in page
    assert "row 721" in page
    assert "<code>heat</code> 1" in page
    assert "Machines that are named but sent no telemetry: M9." in page
    assert "Codes that are kept but are no features, not being configured: E_99 (1)." in page


def test_names_from_the_files_are_only_text(mill: Layout) -> None:
    raw = mill.raw("mill")
    evil = "<script>alert(1)</script>"
    for name in ("telemetry", "failures", "orders"):
        text = (raw / f"{name}.csv").read_text(encoding="utf-8")
        (raw / f"{name}.csv").write_text(text.replace("M1", evil), encoding="utf-8")
    append(raw / "machines.csv", f"{evil},K10,3")
    edit(raw / "telemetry.csv", 4, f"{evil},{moment(2)},,")
    configure(mill, title=evil, repairs=ALL)
    page = _page(mill)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_only_the_machines_that_miss_most_are_drawn(mill: Layout) -> None:
    raw = mill.raw("mill")
    more = [
        f"X{n},{moment(h)},{60 + h % 7},20.{h % 9}" for n in range(50) for h in (0, 1, 2, 5 + n)
    ]
    append(raw / "telemetry.csv", *more)
    page = _page(mill)
    assert "Shown are the 40 of 53 machines that miss most." in page
    assert ">M1</text>" not in page
    assert page.index(">X20</text>") < page.index(">X49</text>")


def test_a_folder_of_many_files_is_summed_up(mill: Layout) -> None:
    raw = mill.raw("mill")
    header, *rows = (raw / "telemetry.csv").read_text(encoding="utf-8").splitlines()
    (raw / "logs").mkdir()
    for part in range(24):
        text = "\n".join([header, *rows[part * 30 : part * 30 + 30]])
        (raw / "logs" / f"{part:02}.csv").write_text(text, encoding="utf-8")
    configure(mill, telemetry={**CONFIG["telemetry"], "path": "logs"})
    assert "and 8 files more" in _page(mill)
