from __future__ import annotations

import subprocess
import sys


def run(code: str) -> str:
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return ended.stdout.strip()


def test_jupyter_is_imported_without_what_a_run_never_uses() -> None:
    code = """
import sys
from faultcast.pipeline.imports import lean_jupyter
with lean_jupyter():
    import ipykernel.kernelapp, nbclient
print(sorted({"rfc3987_syntax", "isoduration", "debugpy"} & set(sys.modules)))
import debugpy, isoduration
print(debugpy.__name__, isoduration.__name__)
"""
    assert run(code).splitlines() == ["[]", "debugpy isoduration"]


def test_the_command_itself_imports_nothing_heavy() -> None:
    heavy = {"polars", "dvc", "nbclient", "mlflow", "matplotlib", "sklearn", "jinja2", "pydantic"}
    code = f"import sys\nimport faultcast.cli\nprint(sorted({heavy!r} & set(sys.modules)))"
    assert run(code) == "[]"
