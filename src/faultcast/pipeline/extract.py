"""What a stage runs, without prose and outputs: code cells, and digests of the modules they need.

A stage depends on this extract instead of on its notebook and modules. Saving a notebook with
outputs, editing prose, or editing a module that the stage does not use leaves the extract, and so
the stage, as it is.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from faultcast.errors import NotebookError
from faultcast.files import replacing_folder
from faultcast.pipeline.closure import SourceTree
from faultcast.pipeline.document import read_notebook

EXTRACTS = Path(".faultcast/code")

# What every executed notebook and its page are made by.
_RENDERING = (
    "import faultcast.pipeline.environment, faultcast.pipeline.normalise, faultcast.pipeline.page"
)
_MAGIC = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)


def extract_path(entry: Path) -> Path:
    """Return where the extract of a notebook or script is, both relative to the project."""
    return EXTRACTS / f"{entry.as_posix()}.json"


def entry_of(extract: Path) -> Path:
    """Return the notebook or script of an extract, both relative to the project."""
    return extract.relative_to(EXTRACTS).with_suffix("")


def write_extracts(root: Path, entries: Iterable[Path]) -> None:
    """Write the extracts of notebooks and scripts, given relative to the project.

    Raises:
        NotebookError: an entry is missing or no notebook.
        BrokenModuleError: a module that one of them imports is not Python.
    """
    tree = SourceTree(root / "src")
    with replacing_folder(root / EXTRACTS) as draft:
        for entry in entries:
            target = draft / extract_path(entry).relative_to(EXTRACTS)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(_extract(root, entry, tree), ensure_ascii=False, indent=1)
            target.write_text(f"{text}\n", encoding="utf-8")


def modules_of(root: Path, entry: Path, tree: SourceTree) -> frozenset[Path]:
    """Return the files below `src` that a notebook or script needs."""
    return tree.closure(_pieces(root, entry))


def _extract(root: Path, entry: Path, tree: SourceTree) -> dict[str, Any]:
    if entry.suffix == ".ipynb":
        cells = read_notebook(root / entry).code_cells
        code = [{"tags": cell.tags, "source": cell.source.splitlines()} for cell in cells]
    else:
        code = [{"source": (root / entry).read_text(encoding="utf-8").splitlines()}]
    modules = sorted(modules_of(root, entry, tree))
    digests = {file.relative_to(root).as_posix(): _digest(file) for file in modules}
    return {"code": code, "modules": digests}


def _pieces(root: Path, entry: Path) -> Sequence[str]:
    if entry.suffix != ".ipynb":
        try:
            return [(root / entry).read_text(encoding="utf-8")]
        except FileNotFoundError:
            raise NotebookError(entry, "there is no such file") from None
    cells = [_MAGIC.sub(r"\1pass", cell.source) for cell in read_notebook(root / entry).code_cells]
    return [_RENDERING, *(cell for cell in cells if _is_python(cell))]


def _is_python(cell: str) -> bool:
    """Whether a cell parses; one that does not fails when it runs, and says so there."""
    try:
        ast.parse(cell)
    except SyntaxError:
        return False
    return True


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
