"""Parameter values from YAML files, whole or one section: `params.yaml:features`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from faultcast.errors import ValuesFileError


def read_values(source: str) -> dict[str, Any]:
    """Read `FILE` or `FILE:SECTION.SUBSECTION` as names and typed values.

    Raises:
        ValuesFileError: no such file or section, unreadable YAML, or not a mapping.
    """
    path, section = split_source(source)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValuesFileError(source, "there is no such file") from None
    except (yaml.YAMLError, UnicodeDecodeError, IsADirectoryError) as unreadable:
        raise ValuesFileError(source, f"not YAML: {' '.join(str(unreadable).split())}") from None
    for key in section:
        if not isinstance(content, dict) or key not in content:
            raise ValuesFileError(source, f"the file has no section {key}")
        content = content[key]
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise ValuesFileError(source, "not a mapping of parameter names to values")
    return content


def split_source(source: str) -> tuple[Path, tuple[str, ...]]:
    """Split `FILE:SECTION.SUBSECTION`; a file whose name holds a colon wins."""
    name, colon, section = source.rpartition(":")
    if not colon or Path(source).is_file():
        return Path(source), ()
    return Path(name), tuple(section.split("."))
