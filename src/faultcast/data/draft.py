"""A guessed plant as a commented configuration file."""

from __future__ import annotations

import json
from collections.abc import Mapping

import yaml

from faultcast.config.duration import format_duration
from faultcast.config.plant import Repair
from faultcast.data.plant_guess import PlantGuess
from faultcast.data.repairs import MEANINGS
from faultcast.templates import templates


def write_draft(guess: PlantGuess, zone_guessed: bool, repairs: Mapping[Repair, int]) -> str:
    """Write a plant's configuration as YAML, with comments where it was guessed.

    Args:
        guess: the plant.
        zone_guessed: nobody said which time zone it is in.
        repairs: the repairs that its files need, with the rows that each changes.
    """
    drafts = templates(
        "faultcast.data", escape=False, scalar=scalar, plain=plain, duration=format_duration
    )
    return drafts.get_template("plant.yaml.j2").render(
        g=guess, zone_guessed=zone_guessed, repairs=repairs, meanings=MEANINGS
    )


def scalar(text: str) -> str:
    """Write text so that YAML reads it back, in quotes only where it must be."""
    return text if _reads_back(text) else json.dumps(text, ensure_ascii=False)


def _reads_back(text: str) -> bool:
    try:
        listed, valued = yaml.safe_load(f"[{text}]"), yaml.safe_load(f"key: {text}")
        return bool(listed == [text] and valued == {"key": text})
    except yaml.YAMLError:
        return False


def plain(value: float) -> str:
    """Write a number, a whole one without a point."""
    return str(int(value)) if value.is_integer() else str(round(value, 9))
