"""The process that runs a notebook's cells: `python -m faultcast.pipeline.kernel -f CONNECTION`."""

from __future__ import annotations

import json
import os
import sys
import traceback
from types import TracebackType
from typing import Any

from faultcast.errors import FaultcastError
from faultcast.pipeline.imports import lean_jupyter, no_collection
from faultcast.pipeline.lifeline import end_with_parent


def main() -> None:
    """Run an IPython kernel that ends with the command that started it."""
    end_with_parent(int(os.environ.get("JPY_PARENT_PID", os.getppid())))
    with lean_jupyter(), no_collection():
        from ipykernel.kernelapp import launch_new_instance
    launch_new_instance()


def describe_failure() -> str:
    """Return the last uncaught exception as JSON: its text, its line in the cell, its exit code."""
    failure = sys.last_value
    assert failure is not None
    return json.dumps(
        {
            "text": _text(failure),
            "message": str(failure),
            "line": _line_in_cell(failure, sys.last_traceback),
            "exit_code": failure.exit_code if isinstance(failure, FaultcastError) else None,
        }
    )


def _text(failure: BaseException) -> str:
    if isinstance(failure, SyntaxError):  # its lines name a temporary file
        return f"{type(failure).__name__}: {failure.msg}"
    return "".join(traceback.format_exception_only(failure)).strip()


def _line_in_cell(failure: BaseException, frames: TracebackType | None) -> int | None:
    if isinstance(failure, SyntaxError) and frames is None:
        return failure.lineno
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    lines = [
        number
        for frame, number in traceback.walk_tb(frames)
        if frame.f_globals is shell.user_ns and frame.f_code.co_name == "<module>"
    ]
    return lines[-1] if lines else getattr(failure, "lineno", None)


if __name__ == "__main__":
    main()
