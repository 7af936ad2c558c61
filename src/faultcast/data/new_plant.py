"""A new plant: its files copied into place and a configuration written from them."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from faultcast.config.layout import Layout
from faultcast.config.load import load_config
from faultcast.config.plant import Plant, Repair
from faultcast.data.draft import write_draft
from faultcast.data.findings import Findings
from faultcast.data.guess import guess_plant
from faultcast.data.ingest import repaired
from faultcast.data.plant_guess import PlantGuess, RawFiles
from faultcast.data.sources import read_sources
from faultcast.errors import PlantExistsError, SameNameError
from faultcast.files import replacing, replacing_folder

_UNKNOWN_ZONE = "UTC"


@dataclass(frozen=True)
class NewPlant:
    """What was written for a new plant; `placed` is whether its files had to be put there."""

    guess: PlantGuess
    repairs: dict[Repair, int]
    config: Path
    raw: Path
    placed: bool


def create_plant(
    layout: Layout, name: str, files: RawFiles, time_zone: str | None, link: bool
) -> NewPlant:
    """Put a plant's files into `data/raw/<name>/` and write `configs/plants/<name>.yaml`.

    Args:
        layout: the project.
        name: the plant's name.
        files: what the plant delivered; files of `data/raw/<name>/` itself stay as they are.
        time_zone: the zone of times without an offset; None where nobody said.
        link: make symbolic links instead of copies.

    Raises:
        PlantExistsError: the plant is already there.
        SameNameError: two files are called the same.
        UnreadableFileError: a file cannot be read.
        GuessError: the telemetry has no column of machines, times or readings.
        DiskError: the files could not be written.
    """
    config, raw = layout.plant_config(name), layout.raw(name)
    there = all(file.parent.resolve() == raw.resolve() for file in files.given().values())
    for place in (config,) if there else (config, raw):
        if place.exists() and not (place.is_dir() and not any(place.iterdir())):
            raise PlantExistsError(name, place.relative_to(layout.root))
    _refuse_same_names(files)
    guess = guess_plant(name, files, time_zone or _UNKNOWN_ZONE)
    filled = nullcontext(raw) if there else replacing_folder(raw)
    with filled as folder, replacing(config) as draft:
        for source in files.given().values():
            _place(source, folder / source.name, link)
        draft.write_text(write_draft(guess, False, dict.fromkeys(Repair, 0)), encoding="utf-8")
        repairs = _needed_repairs(load_config(draft, Plant, name=name), folder)
        draft.write_text(write_draft(guess, time_zone is None, repairs), encoding="utf-8")
    return NewPlant(guess, repairs, config, raw, not there)


def _refuse_same_names(files: RawFiles) -> None:
    paths = Counter(path.name for path in set(files.given().values()))
    repeated = [name for name, count in paths.items() if count > 1]
    if repeated:
        raise SameNameError(repeated[0])


def _place(source: Path, target: Path, link: bool) -> None:
    if target.exists():
        return
    if link:
        target.symlink_to(source.resolve())
    elif source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def _needed_repairs(plant: Plant, folder: Path) -> dict[Repair, int]:
    """Allow every repair and see which are made."""
    findings = Findings()
    repaired(plant, read_sources(plant, folder, folder, findings), findings)
    made: Counter[Repair] = Counter()
    for mended in findings.repairs:
        made[mended.repair] += mended.count
    return {repair: made[repair] for repair in Repair if made[repair]}
