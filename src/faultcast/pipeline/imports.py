"""Start quickly: import Jupyter without what a run never uses, collect no garbage meanwhile."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Jupyter does without each of these where it is not installed.
_UNUSED = (
    # Compiles a grammar for 1.4 s, to check addresses in JSON; notebooks have none.
    "rfc3987_syntax",
    # Brings a calendar, 0.15 s, to check durations in JSON; notebooks have none.
    "isoduration",
    # The debugger of JupyterLab, 0.2 s.
    "debugpy",
)


@contextmanager
def lean_jupyter() -> Iterator[None]:
    """Hide the unused parts while Jupyter's libraries are imported; afterwards they can be."""
    hidden = [name for name in _UNUSED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # how Python says "not installed"
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


@contextmanager
def no_collection() -> Iterator[None]:
    """Collect no garbage in a short-lived piece of work, and spare what then lives for good.

    Imports make many objects and little garbage; looking for it takes a third of the time of
    starting and ending a process that uses DVC.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
