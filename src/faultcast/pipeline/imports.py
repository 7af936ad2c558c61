"""Import Jupyter's libraries without a grammar that they never use here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_uri_grammar() -> Iterator[None]:
    """Hide `rfc3987_syntax` while jsonschema is imported.

    It compiles a grammar for 1.4 s in every process, for a check of addresses that notebooks do not
    have; jsonschema does without it where it is not installed.
    """
    name = "rfc3987_syntax"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # how Python says "not installed"
    try:
        yield
    finally:
        del sys.modules[name]
