"""The figures of a set's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from optuna.trial import FrozenTrial

from faultcast.config.experiment import ExperimentSet, Range
from faultcast.reporting.picture import Picture, canvas, finish, house_style
from faultcast.reporting.style import BLUE, CHANCE, VERMILLION


@house_style
def parallel_coordinates(
    plant: str, experiments: ExperimentSet, trials: Sequence[FrozenTrial]
) -> Picture:
    """Draw each trial as a line from its settings to its score; the best third is coloured."""
    settings = list(experiments.vary)
    figure, (axes,) = canvas(width=9.5, height=4.0)
    values = np.array([trial.value or 0.0 for trial in trials])
    shares = np.column_stack(
        [
            *[
                _shares(experiments.vary[name], [trial.params[name] for trial in trials])
                for name in settings
            ],
            (values - values.min()) / (np.ptp(values) or 1),
        ]
    )
    places = np.arange(len(settings) + 1)
    good = max(len(trials) // 3, 1)
    for rank in reversed(range(len(trials))):
        colour = VERMILLION if rank == 0 else BLUE if rank < good else CHANCE
        width, shade = (2.4, 1.0) if rank == 0 else (1.2, 0.8 if rank < good else 0.35)
        axes.plot(places, shares[rank], color=colour, linewidth=width, alpha=shade)
    ends: dict[str, Any] = {"ha": "center", "fontsize": 8, "annotation_clip": False}
    for place, name in enumerate(settings):
        choices = experiments.vary[name]
        if isinstance(choices, Range):
            axes.annotate(f"{choices.low:g}", (place, -0.05), va="top", **ends)
            axes.annotate(f"{choices.high:g}", (place, 1.05), va="bottom", **ends)
        else:
            known = _texts([trial.params[name] for trial in trials])
            for height, text in zip(_heights(len(known)), known, strict=True):
                axes.annotate(f" {text}", (place, height), fontsize=8, va="center")
    axes.annotate(f"{values.min():.3f}", (places[-1], -0.05), va="top", **ends)
    axes.annotate(f"{values.max():.3f}", (places[-1], 1.05), va="bottom", **ends)
    names = [name.rpartition(".")[2].replace("_", "\n") for name in settings]
    axes.set_xticks(places, [*names, experiments.metric.replace("_", "\n")])
    axes.tick_params(axis="x", pad=16, length=0)
    axes.set_yticks([])
    axes.set_ylim(-0.12, 1.12)
    axes.grid(visible=False, axis="y")
    return finish(
        figure,
        f"{plant}_parallel_coordinates",
        f"{plant}: {len(trials)} trials reach {values.min():.3f} to {values.max():.3f}",
        "Each line is a trial, from its settings on the left to its score on the right; the best "
        "is the thick line, the best third is blue.",
    )


@house_style
def importances(plant: str, weights: Mapping[str, float]) -> Picture:
    """Draw how much each setting decides whether a trial is among the good ones (PED-ANOVA)."""
    names = sorted(weights, key=lambda name: weights[name])
    figure, (axes,) = canvas(width=9.5, height=0.8 + 0.4 * len(names))
    axes.barh(
        [name.rpartition(".")[2] for name in names], [weights[name] for name in names], color=BLUE
    )
    axes.set_xlabel("share of what decides between good trials and others (PED-ANOVA)")
    axes.grid(visible=False, axis="y")
    first = names[-1].rpartition(".")[2]
    return finish(
        figure,
        f"{plant}_importance",
        f"{plant}: {first} matters most of the settings tried",
        "How much each setting decides whether a trial is among the good ones.",
    )


def _shares(choices: Sequence[object] | Range, values: Sequence[object]) -> npt.NDArray[np.float64]:
    """Place values between 0 and 1 on a setting's axis."""
    if isinstance(choices, Range):
        numbers = np.array(values, dtype=float)
        ends = np.array([choices.low, choices.high], dtype=float)
        if choices.log:
            numbers, ends = np.log(numbers), np.log(ends)
        return np.asarray((numbers - ends[0]) / (ends[1] - ends[0]))
    known = _texts(values)
    heights = _heights(len(known))
    return np.array([heights[known.index(_text(value))] for value in values])


def _texts(values: Sequence[object]) -> list[str]:
    """Return the values once each: numbers by their size, then words by the alphabet."""
    return sorted(set(map(_text, values)), key=_order)


def _order(text: str) -> tuple[float, str]:
    try:
        return float(text), ""
    except ValueError:
        return float("inf"), text


def _text(value: object) -> str:
    return str(value).strip('"')


def _heights(count: int) -> npt.NDArray[np.float64]:
    return np.linspace(0, 1, count) if count > 1 else np.array([0.5])
