"""An executed notebook as one HTML page to read: nothing to load, code folded away."""

from __future__ import annotations

import base64
import html
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import mistune
from markupsafe import Markup
from pygments import highlight  # type: ignore[import-untyped]  # ships no types
from pygments.formatters.html import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]

from faultcast.pipeline.document import INJECTED, PARAMETERS, Notebook, plain, tags_of
from faultcast.templates import templates

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_ELSEWHERE = re.compile(r"""(?:src|href)=["'](?:https?:)?//|\bimport\(["']https?:|requirejs""")
_FIRST_CHOICES = (
    "text/html",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "image/gif",
    "text/markdown",
)
_IMAGES = ("image/png", "image/jpeg", "image/gif")


@dataclass(frozen=True)
class Section:
    """A heading of the page, for its table of contents."""

    anchor: str
    level: int
    text: str


def render_page(notebook: Notebook, parameters: Mapping[str, Any]) -> str:
    """Return the page of an executed notebook.

    Args:
        notebook: executed and normalised.
        parameters: the values that it was given, for the page's head.
    """
    prose = _Prose(notebook)
    blocks = [block for cell in notebook.content["cells"] for block in _blocks(cell, prose)]
    template = templates("faultcast.pipeline").get_template("page.html.j2")
    return template.render(
        title=notebook.title,
        parameters=parameters,
        sections=[section for section in prose.sections if section.level in {2, 3}],
        blocks=blocks,
    )


def _blocks(cell: dict[str, Any], prose: _Prose) -> Iterator[dict[str, Any]]:
    if cell["cell_type"] == "markdown":
        yield {"kind": "prose", "html": prose.render(cell)}
    elif cell["cell_type"] == "code" and cell["source"].strip():
        code = highlight(cell["source"], PythonLexer(), HtmlFormatter(nowrap=True))
        yield {"kind": "code", "html": Markup(code), "label": _label(cell)}
        for output in cell["outputs"]:
            yield {
                "kind": "output",
                "html": Markup(_shown(output, prose)),
                "error": _is_error(output),
            }


def _label(cell: dict[str, Any]) -> str:
    tags = tags_of(cell)
    if INJECTED in tags:
        return "Parameters of this run"
    return "Parameters and their defaults" if PARAMETERS in tags else "Code"


def _is_error(output: dict[str, Any]) -> bool:
    return output["output_type"] == "error" or output.get("name") == "stderr"


def _shown(output: dict[str, Any], prose: _Prose) -> str:
    if output["output_type"] == "stream":
        return _text(output["text"])
    if output["output_type"] == "error":
        return _text("\n".join(output["traceback"]))
    data = {mime: _joined(value) for mime, value in output["data"].items()}
    mime = next(
        (one for one in _FIRST_CHOICES if one in data and _complete(one, data)), "text/plain"
    )
    value = data.get(mime, "")
    if mime in _IMAGES:
        alternative = html.escape(str(output["metadata"].get("alt", "")))
        return f'<img alt="{alternative}" src="data:{mime};base64,{value.replace(chr(10), "")}">'
    if mime == "text/markdown":
        return prose.html(value)
    if mime == "text/plain":
        return _text(value)
    return f'<div class="rich">{value}</div>'


def _complete(mime: str, data: Mapping[str, str]) -> bool:
    """Whether a representation needs nothing from elsewhere, or is the only rich one."""
    return not _ELSEWHERE.search(data[mime]) or not any(image in data for image in _IMAGES)


def _joined(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def _text(text: str) -> str:
    return f"<pre>{html.escape(_ANSI.sub('', text).rstrip())}</pre>"


class _Prose:
    """Renders Markdown, keeps account of headings and puts pictures into the page."""

    def __init__(self, notebook: Notebook) -> None:
        self.sections: list[Section] = []
        self._folder = notebook.path.parent
        self._attachments: dict[str, dict[str, str]] = {}
        self._titled = False
        self._markdown = mistune.create_markdown(
            renderer=_Renderer(self), plugins=["table", "strikethrough", "math", "footnotes"]
        )

    def render(self, cell: dict[str, Any]) -> Markup:
        self._attachments = cell.get("attachments", {})
        return Markup(self.html(cell["source"]))

    def html(self, source: str) -> str:
        return str(self._markdown(source))

    def heading(self, text: str, level: int) -> str:
        if level == 1 and not self._titled:  # the page's head shows it
            self._titled = True
            return ""
        words = plain(html.unescape(re.sub(r"<[^>]+>", "", text)))
        anchor = re.sub(r"\W+", "-", words.lower()).strip("-") or "section"
        same = sum(section.anchor.startswith(anchor) for section in self.sections)
        self.sections.append(Section(f"{anchor}-{same + 1}" if same else anchor, level, words))
        return f'<h{level} id="{self.sections[-1].anchor}">{text}</h{level}>\n'

    def picture(self, url: str) -> str:
        if url.startswith("attachment:"):
            (mime, data), *_ = self._attachments.get(
                url.removeprefix("attachment:"), {"": ""}
            ).items()
            return f"data:{mime};base64,{_joined(data)}"
        file = self._folder / url
        if "://" in url or url.startswith("data:") or not file.is_file():
            return url
        mime = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return f"data:{mime};base64,{base64.b64encode(file.read_bytes()).decode()}"


class _Renderer(mistune.HTMLRenderer):
    def __init__(self, prose: _Prose) -> None:
        super().__init__(escape=False)
        self._prose = prose

    def heading(self, text: str, level: int, **_: Any) -> str:
        return self._prose.heading(text, level)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        words = html.escape(title or html.unescape(text))
        return f'<img alt="{words}" src="{html.escape(self._prose.picture(url))}">'

    def block_code(self, code: str, _: str | None = None) -> str:
        return f"<pre>{html.escape(code.rstrip())}</pre>\n"
