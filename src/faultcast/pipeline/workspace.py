"""A notebook runs in a mirror of the project: its outputs are moved into place when all is well.

The mirror holds links to everything in the project, except for the stage's outputs: these are new,
empty folders. Whatever ends a run, the outputs of the last good one are complete and where they
were, and a process that outlives its command writes into a folder that nobody reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faultcast.errors import MissingOutputError
from faultcast.files import scratch_folder
from faultcast.pipeline.swap import swap

_LEFT_OUT = {".git", ".dvc", ".faultcast"}
_BY_PRODUCTS = {"__pycache__", ".ipynb_checkpoints"}


@dataclass(frozen=True)
class Workspace:
    """The mirror of a project for one run, and a scratch folder that is gone after it."""

    root: Path
    mirror: Path
    scratch: Path
    outputs: tuple[Path, ...]

    def mirrored(self, path: Path) -> Path:
        """Return where a path of the project is in the mirror."""
        return self.mirror / path.relative_to(self.root)

    def publish(self) -> tuple[Path, ...]:
        """Move the outputs into the project, each at one stroke; return what else was written.

        Raises:
            MissingOutputError: the notebook left an output empty; nothing was moved.
        """
        for output in self.outputs:
            if not any(self.mirrored(output).iterdir()):
                raise MissingOutputError(output.relative_to(self.root))
        strays = tuple(self._strays(self.mirror))
        for path in (*self.outputs, *strays):
            swap(self.mirrored(path), path)
        return strays

    def _strays(self, folder: Path) -> Iterator[Path]:
        """Find what was written beside the outputs: all the rest of the mirror are links."""
        for entry in sorted(folder.iterdir()):
            real = self.root / entry.relative_to(self.mirror)
            if entry.is_symlink() or real in self.outputs or entry.name in _BY_PRODUCTS:
                continue
            if entry.is_dir():
                yield from self._strays(entry)
            else:
                yield real


@contextmanager
def isolated(root: Path, folder: Path, outputs: Sequence[Path]) -> Iterator[Workspace]:
    """Yield a workspace.

    Args:
        root: the project.
        folder: where the notebook is, the working directory of its cells.
        outputs: the folders that it fills; they are empty in the mirror.
    """
    runs = root / ".faultcast" / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    with scratch_folder(runs) as scratch:
        workspace = Workspace(root, scratch / root.name, scratch, tuple(outputs))
        _link(
            root,
            workspace.mirror,
            made={folder, *(output.parent for output in outputs)},
            outputs=set(outputs),
        )
        for output in outputs:
            workspace.mirrored(output).mkdir(parents=True)
        yield workspace


def _link(real: Path, mirror: Path, made: set[Path], outputs: set[Path]) -> None:
    """Mirror a folder: the folders on the way to `made` are new, everything else is a link."""
    mirror.mkdir()
    for entry in real.iterdir() if real.is_dir() else ():
        if entry.name in _LEFT_OUT or entry in outputs:
            continue
        if any(path.is_relative_to(entry) for path in made):
            _link(entry, mirror / entry.name, made, outputs)
        else:
            (mirror / entry.name).symlink_to(entry)
