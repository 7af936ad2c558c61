from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from faultcast.pipeline.document import read_notebook
from faultcast.pipeline.page import render_page
from tests.unit.pipeline.notebooks import code, markdown, write_notebook

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR42mNgAAIAAAUAAen63NgAAAAASUVORK5CYII="
)


def page(folder: Path, *cells: dict[str, Any], **parameters: Any) -> str:
    return render_page(read_notebook(write_notebook(folder / "n.ipynb", *cells)), parameters)


def shown(**data: str) -> dict[str, Any]:
    mimes = {mime.replace("_", "/"): value for mime, value in data.items()}
    output = {"output_type": "display_data", "data": mimes, "metadata": {}}
    return {**code("show()"), "outputs": [output]}


def test_the_title_is_the_first_heading_and_stands_there_once(tmp_path: Path) -> None:
    html = page(tmp_path, markdown("# Wear & tear\n\nWhy."), plant="mill")
    assert "<title>Wear &amp; tear · mill</title>" in html
    assert html.count("<h1") == 1
    assert "<dt>plant</dt><dd>mill</dd>" in html


def test_nothing_is_loaded_from_elsewhere(tmp_path: Path) -> None:
    html = page(
        tmp_path, markdown("# A\n\n## B\n\n## C\n\n## D"), code("1"), shown(image_png=PIXEL)
    )
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", html)
    assert "@import" not in html
    assert "Content-Security-Policy" in html


def test_code_is_folded_away(tmp_path: Path) -> None:
    html = page(tmp_path, code("answer = 42"))
    assert re.search(r'<details class="code">.*answer.*</details>', html, re.S)
    assert "<details open" not in html


def test_defaults_and_what_a_run_was_given_have_names_of_their_own(tmp_path: Path) -> None:
    default, given = code("n = 1", "parameters"), code("n = 2", "injected-parameters")
    html = page(tmp_path, default, given, code("n"))
    found = re.findall("<summary>(.*?)</summary>", html)
    assert found == ["Parameters and their defaults", "Parameters of this run", "Code"]


def test_headings_have_anchors_and_are_listed(tmp_path: Path) -> None:
    html = page(tmp_path, markdown("# T\n\n## Wear\n\n## Wear\n\n### By *plant*"))
    for anchor in ("wear", "wear-2", "by-plant"):
        assert f'id="{anchor}"' in html
        assert f'href="#{anchor}"' in html


def test_output_text_is_text(tmp_path: Path) -> None:
    printed = {"output_type": "stream", "name": "stdout", "text": "a < b \x1b[31mred\x1b[0m"}
    html = page(tmp_path, {**code("print()"), "outputs": [printed]})
    assert "<pre>a &lt; b red</pre>" in html


def test_the_richest_representation_is_shown(tmp_path: Path) -> None:
    html = page(tmp_path, shown(text_html="<b>table</b>", text_plain="words"))
    assert "<b>table</b>" in html
    assert "words" not in html


def test_a_picture_is_preferred_to_a_page_that_loads_scripts(tmp_path: Path) -> None:
    script = '<script src="https://cdn.example.org/vega.js"></script>'
    html = page(tmp_path, shown(text_html=script, image_png=PIXEL))
    assert "cdn.example.org" not in html
    assert f"data:image/png;base64,{PIXEL}" in html


def test_pictures_in_prose_are_put_into_the_page(tmp_path: Path) -> None:
    (tmp_path / "line.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    attached = {
        **markdown("![b](attachment:b.png)"),
        "attachments": {"b.png": {"image/png": PIXEL}},
    }
    html = page(tmp_path, markdown("![a](line.svg)"), attached)
    assert "data:image/svg+xml;base64," in html
    assert f"data:image/png;base64,{PIXEL}" in html


def test_tables_of_prose_are_tables(tmp_path: Path) -> None:
    assert "<table>" in page(tmp_path, markdown("| a | b |\n|---|---|\n| 1 | 2 |"))


def test_the_same_notebook_gives_the_same_page(tmp_path: Path) -> None:
    cells = (markdown("# A\n\n## B"), code("1"), shown(image_png=PIXEL))
    assert page(tmp_path / "one", *cells) == page(tmp_path / "other", *cells)
