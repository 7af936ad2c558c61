"""Whether what a stage is to read is there, or will be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from faultcast.errors import MissingInputError
from faultcast.pipeline.hint import did_you_mean
from faultcast.pipeline.pipeline_file import PipelineFile
from faultcast.pipeline.request import StageRequest
from faultcast.pipeline.words import PLANT

_TEMPLATE = re.compile(r"\$\{.*?\}")


def check_inputs(request: StageRequest, file: PipelineFile) -> None:
    """Look for each dependency that was asked for.

    Raises:
        MissingInputError: one is not there, and no stage writes it.
    """
    root = request.layout.root
    plants = [one.stem for one in request.layout.plant_config("*").parent.glob("*.yaml")]
    promised = [_pattern(output, plants) for stage in file for output in stage.outputs]
    for typed in request.dependencies:
        for plant in request.plants or ("",):
            path = request.inside(typed).replace(PLANT, plant)
            if not ((root / path).exists() or _is_promised(root, path, promised)):
                raise MissingInputError(path, did_you_mean(path, _beside(root, path)))


def _is_promised(root: Path, path: str, promised: Sequence[re.Pattern[str]]) -> bool:
    """Whether a stage writes it or what holds it, or DVC tracks it and has yet to fetch it."""
    above = [path, *map(str, Path(path).parents)]
    if any((root / f"{one}.dvc").is_file() for one in above):
        return True
    return any(pattern.fullmatch(one) for pattern in promised for one in above)


def _pattern(output: str, plants: Sequence[str]) -> re.Pattern[str]:
    """Return what the outputs of a stage look like, which may be a matrix."""
    any_plant = f"(?:{'|'.join(map(re.escape, plants))})"
    of_plants = (_any(part) for part in output.split(PLANT))
    return re.compile(any_plant.join(of_plants))


def _any(part: str) -> str:
    return "[^/]+".join(map(re.escape, _TEMPLATE.split(part)))


def _beside(root: Path, path: str) -> Iterator[str]:
    """Yield what there is in the nearest folder that exists."""
    folder = next(one for one in (root / path).parents if one.is_dir())
    for one in sorted(folder.iterdir()):
        if not one.name.startswith("."):
            yield one.relative_to(root).as_posix()
