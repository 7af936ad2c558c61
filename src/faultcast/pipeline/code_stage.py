"""The stage `code`: what every other stage runs, so that only code counts.

It depends on the notebooks and on the packages that they import, and writes an extract for each. It
is quick; what depends on an extract runs again only if that extract changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from faultcast.errors import UncoveredCodeError
from faultcast.pipeline.closure import SourceTree
from faultcast.pipeline.extract import EXTRACTS, entry_of, modules_of, write_extracts
from faultcast.pipeline.pipeline_file import PipelineFile, Stage

NAME = "code"
COMMAND = "faultcast pipeline code"


def run_code_stage(root: Path) -> None:
    """Write the extracts that stages depend on.

    Raises:
        UncoveredCodeError: DVC would not see a change of some of the code; nothing was written.
    """
    file = PipelineFile(root)
    missing = missing_dependencies(root, file)
    if missing:
        raise UncoveredCodeError(missing)
    write_extracts(root, entries(file))


def entries(file: PipelineFile) -> tuple[Path, ...]:
    """Return the notebooks and scripts on whose extracts stages depend, relative to the project."""
    extracts = {Path(one) for stage in file for one in stage.dependencies if _is_extract(one)}
    return tuple(sorted(entry_of(extract) for extract in extracts))


def missing_dependencies(root: Path, file: PipelineFile) -> tuple[str, ...]:
    """Return what the stage `code` has to depend on and does not."""
    stage = file.get(NAME) or Stage(NAME, {})
    return tuple(one for one in _dependencies(root, file) if one not in stage.dependencies)


def update_code_stage(root: Path, file: PipelineFile) -> None:
    """Make the stage `code` depend on what the other stages run, no less and no more."""
    if not entries(file):
        return
    file.put(
        NAME,
        {
            "cmd": COMMAND,
            "deps": list(_dependencies(root, file)),
            "outs": [{str(EXTRACTS): {"persist": True}}],
        },
    )


def _dependencies(root: Path, file: PipelineFile) -> tuple[str, ...]:
    tree = SourceTree(root / "src")
    needed = entries(file)
    modules = {module for entry in needed for module in modules_of(root, entry, tree)}
    return (*(entry.as_posix() for entry in needed), *sorted(set(_packages(root, modules))))


def _packages(root: Path, modules: Iterable[Path]) -> Iterator[str]:
    """Yield the sub-packages of modules; a module beside them stands for itself."""
    for module in modules:
        parts = module.relative_to(root).parts  # src, package, sub-package, ...
        yield "/".join(parts[:3])


def _is_extract(path: str) -> bool:
    return Path(path).is_relative_to(EXTRACTS)
