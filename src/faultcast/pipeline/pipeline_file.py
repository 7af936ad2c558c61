"""`dvc.yaml` as people wrote it: read and changed without losing comments or order."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from faultcast.errors import PipelineFileError
from faultcast.files import replacing

NAME = "dvc.yaml"
_RUN = ("faultcast", "notebook", "run")


@dataclass(frozen=True)
class Stage:
    """A stage, or the pattern of a stage for each value of a matrix, as it is written."""

    name: str
    body: dict[str, Any]

    @property
    def command(self) -> tuple[str, ...]:
        """The words of its command; several commands are one after the other."""
        lines = self.body.get("cmd", "")
        return tuple(shlex.split(lines if isinstance(lines, str) else " ; ".join(lines)))

    @property
    def notebook(self) -> Path | None:
        """The notebook that it runs, relative to the project."""
        return Path(self.command[3]) if self.command[:3] == _RUN else None

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """The names and values that it gives to its notebook, templates as they are written."""
        words = self.command
        return tuple(
            (words[i + 1], words[i + 2]) for i in range(len(words) - 2) if words[i] == "-p"
        )

    @property
    def written(self) -> tuple[str, ...]:
        """The folders that its notebook fills."""
        words = self.command
        others = (words[i + 1] for i in range(len(words) - 1) if words[i] == "-o")
        return (words[4], *others) if self.notebook else ()

    @property
    def removed_first(self) -> tuple[str, ...]:
        """The outputs that DVC removes before it runs."""
        entries = self.body.get("outs", ())
        kept = {
            path
            for one in entries
            if not isinstance(one, str)
            for path, how in one.items()
            if how.get("persist")
        }
        return tuple(path for path in _paths(entries) if path not in kept)

    @property
    def dependencies(self) -> tuple[str, ...]:
        """The files and folders that it reads."""
        return tuple(_paths(self.body.get("deps", ())))

    @property
    def outputs(self) -> tuple[str, ...]:
        """The files and folders that it writes."""
        kinds = ("outs", "metrics", "plots")
        return tuple(path for kind in kinds for path in _paths(self.body.get(kind, ())))


class PipelineFile:
    """The stages of a project."""

    def __init__(self, root: Path) -> None:
        """Read `dvc.yaml`, or begin one.

        Raises:
            PipelineFileError: it is not YAML, or not a mapping with stages.
        """
        self.path = root / NAME
        self.text = self.path.read_text(encoding="utf-8") if self.path.is_file() else ""
        try:
            self._content = _yaml().load(self.text) or CommentedMap()
            self._stages = self._content.setdefault("stages", CommentedMap())
        except (YAMLError, AttributeError) as broken:
            raise PipelineFileError(self.path, " ".join(str(broken).split())) from None

    def __iter__(self) -> Iterator[Stage]:
        """Yield the stages in their order."""
        return (Stage(name, entry.get("do", entry)) for name, entry in self._stages.items())

    def get(self, name: str) -> Stage | None:
        """Return the stage of a name, None where there is none."""
        return next((stage for stage in self if stage.name == name), None)

    def put(self, name: str, changes: Mapping[str, Any]) -> None:
        """Set keys of a stage, which is new where there is none; a key with None is removed."""
        entry = self._stages.setdefault(name, CommentedMap())
        for key, value in changes.items():
            if value is None:
                entry.pop(key, None)
            elif entry.get(key) != value:
                entry[key] = value

    def changed_text(self) -> str:
        """Return the file as it now is to be."""
        stream = StringIO()
        _yaml().dump(self._content, stream)
        return stream.getvalue()

    def content(self) -> dict[str, Any]:
        """Return the file as it now is to be, as plain values."""
        return dict(YAML(typ="safe").load(self.changed_text()))

    def write(self) -> None:
        """Replace the file where it changed."""
        if (text := self.changed_text()) != self.text:
            with replacing(self.path) as draft:
                draft.write_text(text, encoding="utf-8")
            self.text = text


def _paths(entries: Iterable[Any]) -> Iterator[str]:
    for entry in entries:
        yield from (entry,) if isinstance(entry, str) else entry


def _yaml() -> YAML:
    yaml = YAML()
    yaml.width = 10_000  # a command stays on its line
    yaml.preserve_quotes = True
    return yaml
