"""A name such as `type` in a signature is Python's own, though fields of classes have it too."""

from __future__ import annotations

import builtins

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, bool]:
    """Have the names of builtins found as they are, and not as the end of a longer name."""
    app.connect("doctree-read", _exactly)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _exactly(_app: Sphinx, document: nodes.document) -> None:
    for reference in document.findall(pending_xref):
        if hasattr(builtins, reference["reftarget"]):
            reference.attributes.pop("refspecific", None)
