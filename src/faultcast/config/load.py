"""Read configuration files and name every fault in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from faultcast.config.case import Case
from faultcast.config.frozen import Frozen
from faultcast.config.layout import Layout
from faultcast.config.plant import Plant
from faultcast.errors import ConfigError, UnknownCaseError, UnknownPlantError

T = TypeVar("T", bound=Frozen)


class _UniqueKeyLoader(yaml.SafeLoader):
    """Refuses a key that stands twice in a mapping, of which YAML would keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for (key, _), name in zip(node.value, keys, strict=True):
            if keys.count(name) > 1:
                problem = f"the key {name!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        return super().construct_mapping(node, deep)


def load_plant(layout: Layout, plant: str) -> Plant:
    """Read `configs/plants/<plant>.yaml`; the plant's name is the file's.

    Raises:
        UnknownPlantError: there is no such file.
        ConfigError: the file cannot be used.
    """
    return _load_named(layout, plant, layout.plant_config(plant), Plant, UnknownPlantError)


def load_case(layout: Layout, case: str) -> Case:
    """Read `configs/cases/<case>.yaml`; the case's name is the file's.

    Raises:
        UnknownCaseError: there is no such file.
        ConfigError: the file cannot be used.
    """
    return _load_named(layout, case, layout.case_config(case), Case, UnknownCaseError)


def load_config(path: Path, kind: type[T], **known: object) -> T:
    """Read a YAML file as a configuration; `known` are keys that the file must not repeat.

    Raises:
        ConfigError: unreadable YAML, an unknown key, a missing key or a value of the wrong type.
    """
    content = _read_mapping(path)
    repeated = [f"{key}: remove it, the file's name says it" for key in known if key in content]
    if repeated:
        raise ConfigError(path, repeated)
    try:
        return kind.model_validate({**known, **content})
    except ValidationError as invalid:
        raise ConfigError(path, [_fault(error) for error in invalid.errors()]) from None


def _load_named(
    layout: Layout,
    name: str,
    path: Path,
    kind: type[T],
    unknown: type[UnknownPlantError | UnknownCaseError],
) -> T:
    if not path.is_file():
        known = sorted(file.stem for file in path.parent.glob("*.yaml"))
        raise unknown(name, path.relative_to(layout.root), known)
    return load_config(path, kind, name=name)


def _read_mapping(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _UniqueKeyLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as unreadable:
        raise ConfigError(path, [f"not YAML: {' '.join(str(unreadable).split())}"]) from None
    if not isinstance(content, dict):
        raise ConfigError(path, ["empty, or not a mapping of keys to values"])
    return content


def _fault(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "the whole file"
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key; remove or mend it (faultcast config schema lists all keys)"
    if error["type"] == "missing":
        return f"{key}: missing; add it (faultcast config schema says what it means)"
    return f"{key}: {error['msg'].removeprefix('Value error, ')}"
