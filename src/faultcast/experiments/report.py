"""The page that compares a set's trials: winners, table, parallel coordinates, importances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import optuna
import yaml
from optuna.trial import FrozenTrial, TrialState

from faultcast.config.experiment import ExperimentSet
from faultcast.config.layout import Layout
from faultcast.experiments.pictures import importances, parallel_coordinates
from faultcast.experiments.study import CONFIGURED, FAULT, PlantStudy, ranked
from faultcast.experiments.variation import as_text
from faultcast.files import replacing
from faultcast.modeling.gate.comparison import Comparison, compare
from faultcast.modeling.gate.weighted import average_precision
from faultcast.reporting.picture import Picture
from faultcast.templates import templates

_FEWEST_FOR_IMPORTANCE = 4


@dataclass(frozen=True)
class Row:
    """A trial in the page's table."""

    rank: str
    number: int
    outcome: str
    values: tuple[str, ...]
    best: bool


@dataclass(frozen=True)
class PlantSection:
    """What the page says of a plant."""

    plant: str
    verdict: str
    settings: str
    rows: list[Row]
    pictures: list[Picture]
    faults: list[str]


def write_report(layout: Layout, experiments: ExperimentSet, studies: Sequence[PlantStudy]) -> Path:
    """Write `reports/experiments/<set>.html`, a page that needs no other file.

    Raises:
        DiskError: it could not be written.
    """
    template = templates("faultcast.experiments").get_template("experiments.html.j2")
    page = template.render(
        experiments=experiments,
        settings=list(experiments.vary),
        sections=[_section(study) for study in studies],
    )
    path = layout.root / "reports" / "experiments" / f"{experiments.name}.html"
    with replacing(path) as draft:
        draft.write_text(page, encoding="utf-8")
    return path


def _section(study: PlantStudy) -> PlantSection:
    trials = study.ended
    best = ranked(trials)[:1]
    comparison = _compare(study, best[0]) if best else None
    return PlantSection(
        plant=study.plant,
        verdict=_verdict(best, comparison),
        settings=_settings(best[0]) if best else "",
        rows=_rows(study, trials),
        pictures=_pictures(study, trials),
        faults=[
            f"Trial {trial.number + 1}: {trial.user_attrs[FAULT]}"
            for trial in trials
            if FAULT in trial.user_attrs
        ],
    )


def _compare(study: PlantStudy, best: FrozenTrial) -> Comparison | None:
    """Compare the best trial with the plant as it is configured, on the same machines."""
    winner, present = study.forecasts(str(best.number)), study.forecasts(CONFIGURED)
    if winner is None or present is None or not winner["machine"].equals(present["machine"]):
        return None  # other rows: their scores are not of the same test
    unit_of = winner["machine"].rank("dense").to_numpy().astype(int) - 1
    ours, theirs = (
        average_precision(one["failing"].to_numpy(), one["probability"].to_numpy(), unit_of)
        for one in (winner, present)
    )
    return compare(ours, theirs, int(unit_of.max()) + 1)


def _verdict(best: list[FrozenTrial], comparison: Comparison | None) -> str:
    if not best:
        return "No trial was completed."
    number, value = best[0].number + 1, best[0].value or 0
    if comparison is None:
        return f"Trial {number} is best with {value:.3f}."
    if comparison.lower == comparison.upper == 0:
        return f"Nothing that was tried is better than the present settings ({value:.3f})."
    gain = (
        f"{comparison.difference:+.3f} average precision against the present settings "
        f"({comparison.champion:.3f}), 95 % interval {comparison.lower:+.3f} to "
        f"{comparison.upper:+.3f} over {comparison.units} machines"
    )
    if comparison.lower > 0:
        return f"Trial {number} wins: {gain}. It is better than what is configured."
    return f"Trial {number} is best: {gain}. That may be chance: the interval holds 0."


def _settings(trial: FrozenTrial) -> str:
    """Return a trial's settings as a plant's configuration states them."""
    content: dict[str, object] = {}
    for setting, text in as_text(trial).items():
        *sections, last = setting.split(".")
        place = content
        for section in sections:
            place = place.setdefault(section, {})  # type: ignore[assignment]  # a mapping
        place[last] = yaml.safe_load(text)
    return yaml.safe_dump(content, sort_keys=False)


def _rows(study: PlantStudy, trials: Sequence[FrozenTrial]) -> list[Row]:
    order = ranked(trials)
    others = [trial for trial in trials if trial.state != TrialState.COMPLETE]
    rows = []
    for rank, trial in enumerate([*order, *others], start=1):
        complete = trial.state == TrialState.COMPLETE
        outcome = f"{trial.value:.3f}" if complete else _outcome(trial)
        texts = as_text(trial)
        values = tuple(texts.get(name, "").strip('"') for name in study.experiments.vary)
        place = str(rank) if complete else ""
        rows.append(Row(place, trial.number + 1, outcome, values, complete and rank == 1))
    return rows


def _outcome(trial: FrozenTrial) -> str:
    if trial.state == TrialState.PRUNED:
        (value,) = trial.intermediate_values.values()
        return f"given up at {value:.3f}"
    return "failed"


def _pictures(study: PlantStudy, trials: Sequence[FrozenTrial]) -> list[Picture]:
    order = ranked(trials)
    if len(order) < _FEWEST_FOR_IMPORTANCE:
        return []
    drawn = [parallel_coordinates(study.plant, study.experiments, order)]
    if len(study.experiments.vary) > 1:
        evaluator = optuna.importance.PedAnovaImportanceEvaluator()
        weights = optuna.importance.get_param_importances(study.study, evaluator=evaluator)
        drawn.append(importances(study.plant, dict(weights)))
    return drawn
