"""The files that code depends on: the modules it imports, theirs, and the files beside these."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from faultcast.errors import BrokenModuleError

_IGNORED = {"__pycache__", "py.typed"}


class SourceTree:
    """The packages of a `src` folder; imports are read from the code, nothing is run."""

    def __init__(self, folder: Path) -> None:
        """Take the folder that holds the packages."""
        self.folder = folder
        self._imports: dict[str, frozenset[str]] = {}

    @cached_property
    def packages(self) -> frozenset[str]:
        """Names of the top-level packages and modules."""
        if not self.folder.is_dir():
            return frozenset()
        entries = self.folder.iterdir()
        return frozenset(one.stem for one in entries if one.suffix in {"", ".py"})

    def closure(self, code: Iterable[str]) -> frozenset[Path]:
        """Return the files of the tree that pieces of code need, themselves or through others.

        Imports inside functions count, those for type checkers alone do not. With a module come the
        other files of its folder, and of folders below without code: templates.

        Raises:
            SyntaxError: a piece of code is not Python.
            BrokenModuleError: a module is not Python.
        """
        found: set[str] = set()
        waiting = {name for piece in code for name in self._named(ast.parse(piece), package="")}
        while waiting:
            found |= waiting
            waiting = {other for name in waiting for other in self._imports_of(name)} - found
        modules = {self._file(name) for name in found}
        return frozenset(modules | {beside for one in modules for beside in _beside(one)})

    def _imports_of(self, name: str) -> frozenset[str]:
        if name not in self._imports:
            file = self._file(name)
            package = name if file.name == "__init__.py" else name.rpartition(".")[0]
            try:
                tree = ast.parse(file.read_bytes())
            except SyntaxError as broken:
                raise BrokenModuleError(file, broken.lineno, broken.msg) from None
            self._imports[name] = frozenset(self._named(tree, package))
        return self._imports[name]

    def _named(self, tree: ast.AST, package: str) -> Iterator[str]:
        """Yield the modules of this tree that code imports, with the packages they are in."""
        for statement in _imports([tree]):
            for name in _candidates(statement, package):
                parts = name.split(".")
                if parts[0] in self.packages:
                    parents = (".".join(parts[:end]) for end in range(1, len(parts) + 1))
                    yield from (parent for parent in parents if self._exists(parent))

    def _exists(self, name: str) -> bool:
        return self._file(name).is_file()

    def _file(self, name: str) -> Path:
        path = self.folder.joinpath(*name.split("."))
        return path / "__init__.py" if path.is_dir() else path.with_name(f"{path.name}.py")


def _imports(nodes: Iterable[ast.AST]) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and _is_for_type_checkers(node.test):
            yield from _imports(node.orelse)
        else:
            yield from _imports(ast.iter_child_nodes(node))


def _is_for_type_checkers(test: ast.expr) -> bool:
    return ast.unparse(test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING"}


def _candidates(statement: ast.Import | ast.ImportFrom, package: str) -> Iterator[str]:
    """Yield names that may be modules: `from a import b` means a module a, and perhaps a.b."""
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
        return
    base = statement.module or ""
    if statement.level:
        above = package.split(".")[: len(package.split(".")) - statement.level + 1]
        base = ".".join([*above, *([base] if base else [])])
    yield base
    yield from (f"{base}.{alias.name}" for alias in statement.names)


def _beside(module: Path) -> Iterator[Path]:
    for entry in module.parent.iterdir():
        if entry.name in _IGNORED:
            continue
        if entry.is_file() and entry.suffix != ".py":
            yield entry
        elif entry.is_dir() and not any(entry.rglob("*.py")):
            yield from (file for file in entry.rglob("*") if file.is_file())
