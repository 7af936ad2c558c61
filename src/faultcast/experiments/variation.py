"""A variation of a plant's settings, drawn from a set and written into its configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from faultcast.config.experiment import ExperimentSet, Range, Value

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.trial import FrozenTrial

Variation = Mapping[str, Value]


def draw(experiments: ExperimentSet, trial: Trial) -> dict[str, Value]:
    """Let a trial choose a value for each setting.

    Choices are drawn by their text in JSON: the store of trials takes no lists.
    """
    drawn: dict[str, Value] = {}
    for setting, choices in experiments.vary.items():
        if not isinstance(choices, Range):
            texts = [json.dumps(choice) for choice in choices]
            drawn[setting] = json.loads(trial.suggest_categorical(setting, texts))
        elif isinstance(choices.low, int) and isinstance(choices.high, int):
            drawn[setting] = trial.suggest_int(setting, choices.low, choices.high, log=choices.log)
        else:
            drawn[setting] = trial.suggest_float(
                setting, choices.low, choices.high, log=choices.log
            )
    return drawn


def combinations(experiments: ExperimentSet) -> Iterator[dict[str, str]]:
    """Return every combination of the choices, as the texts that `draw` uses."""
    texts = [
        [json.dumps(choice) for choice in choices]
        for choices in experiments.vary.values()
        if not isinstance(choices, Range)
    ]
    for combination in product(*texts):
        yield dict(zip(experiments.vary, combination, strict=True))


def write_variation(source: Path, target: Path, variation: Variation) -> None:
    """Write a plant's configuration with some of its settings replaced."""
    content: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    for setting, value in variation.items():
        *sections, last = setting.split(".")
        place = content
        for section in sections:
            place = place.setdefault(section, {})
        place[last] = value
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    target.write_text(text, encoding="utf-8")


def as_text(trial: FrozenTrial) -> dict[str, str]:
    """Return a trial's values as a configuration file states them, by setting."""
    return {
        name: value if isinstance(value, str) else f"{value:.4g}"
        for name, value in trial.params.items()
    }
