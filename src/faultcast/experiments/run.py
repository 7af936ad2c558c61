"""Run a set: each plant's variations, several at a time; what ended before is not run again."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from threading import Lock

import polars as pl
import yaml
from optuna.trial import Trial

from faultcast.config.experiment import ExperimentSet, Metric, Value
from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.errors import ExperimentError, FaultcastError
from faultcast.experiments.bench import Bench, bench
from faultcast.experiments.study import CONFIGURED, PlantStudy
from faultcast.experiments.variation import draw
from faultcast.modeling.dataset import read_part
from faultcast.modeling.ranking import score
from faultcast.programs import program
from faultcast.scoring.forecaster import Forecaster
from faultcast.scoring.manifest import MACHINE

Tell = Callable[[str, int], None]
_BEFORE = {"features": "ingest", "dataset": "features", "train": "dataset"}


def run_set(
    layout: Layout, experiments: ExperimentSet, plants: Sequence[str], jobs: int, tell: Tell
) -> list[PlantStudy]:
    """Try a set's variations for each plant.

    Args:
        layout: the project.
        experiments: the set.
        plants: the plants' names.
        jobs: how many variations are tried at the same time.
        tell: is called when a variation ended, with a line about it and how many are left.

    Returns:
        The studies, by plant; a variation that failed is kept in them with its reason.

    Raises:
        ExperimentError: the stages before those that vary failed.
    """
    _run_stages_before(layout, experiments, plants)
    parent = layout.root / ".faultcast" / "experiments" / experiments.name
    studies = [
        PlantStudy.open(experiments, plant, parent, _under(layout, experiments, plant))
        for plant in plants
    ]
    with _Benches(layout, experiments.first_stage) as benches, ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(task, benches) for task in _tasks(studies)]
        for number, done in enumerate(as_completed(waiting), start=1):
            tell(done.result(), len(waiting) - number)
    return studies


@dataclass
class _Benches:
    """Benches that are made when one is missing, and used again."""

    layout: Layout
    first_stage: str
    _idle: dict[str, list[Bench]] = field(default_factory=lambda: defaultdict(list))
    _stack: ExitStack = field(default_factory=ExitStack)
    _lock: Lock = field(default_factory=Lock)

    def __enter__(self) -> _Benches:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def one_of(self, plant: str) -> Iterator[Bench]:
        with self._lock:
            idle = self._idle[plant]
            used = (
                idle.pop()
                if idle
                else self._stack.enter_context(bench(self.layout, plant, self.first_stage))
            )
        try:
            yield used
        finally:
            with self._lock:
                self._idle[plant].append(used)


def _tasks(studies: Sequence[PlantStudy]) -> Iterator[Callable[[_Benches], str]]:
    """Return what is left to do, the plants in turn: each plant's present settings come first."""
    left: list[list[Callable[[_Benches], str]]] = []
    for study in studies:
        first: list[Callable[[_Benches], str]] = (
            [] if study.forecasts(CONFIGURED) is not None else [_Configured(study)]
        )
        left.append([*first, *[_Trial(study)] * (study.wanted - len(study.ended))])
    return filter(None, chain.from_iterable(zip_longest(*left)))


@dataclass(frozen=True)
class _Configured:
    study: PlantStudy

    def __call__(self, benches: _Benches) -> str:
        study = self.study
        with benches.one_of(study.plant) as used:
            used.try_out({}, f"{study.experiments.name}/{CONFIGURED}")
            forecasts = _forecast(used.copy, study.plant)
        study.keep(CONFIGURED, forecasts)
        value = _measure(forecasts, study.experiments.metric)
        return f"{study.plant}: as configured {value:.3f}"


@dataclass(frozen=True)
class _Trial:
    study: PlantStudy

    def __call__(self, benches: _Benches) -> str:
        trial = self.study.ask()
        with benches.one_of(self.study.plant) as used:
            try:
                told = self._make(trial, used)
            except FaultcastError as failure:
                self.study.fail(trial, failure)
                told = f"failed: {failure}"
        return f"{self.study.plant}: trial {trial.number + 1} {told}"

    def _make(self, trial: Trial, used: Bench) -> str:
        study, experiments = self.study, self.study.experiments
        variation, label = draw(experiments, trial), f"{experiments.name}/{trial.number + 1}"
        if experiments.first_look and self._falls_behind(trial, used, variation, label):
            study.prune(trial)
            return "given up at the first look"
        used.try_out(variation, label)
        forecasts = _forecast(used.copy, study.plant)
        study.keep(str(trial.number), forecasts)
        value = _measure(forecasts, experiments.metric)
        study.complete(trial, value)
        return f"{value:.3f}"

    def _falls_behind(
        self, trial: Trial, used: Bench, variation: dict[str, Value], label: str
    ) -> bool:
        try:
            share = self.study.experiments.first_look
            used.try_out(variation | {"split.training": share}, f"{label}/first look")
        except ExperimentError:
            return False  # too few failures in the share, perhaps: the whole part tells
        forecasts = _forecast(used.copy, self.study.plant)
        trial.report(_measure(forecasts, self.study.experiments.metric), step=0)
        return trial.should_prune()


def _forecast(copy: Layout, plant: str) -> pl.DataFrame:
    """Return the model's forecasts of validation: machine, failing, probability."""
    rows = read_part(copy, load_plant(copy, plant), "validation")
    forecasts = Forecaster.load(copy.model(plant)).forecast(rows.frame)
    return pl.DataFrame(
        {
            "machine": rows.frame["machine"],
            "failing": rows.failing(MACHINE),
            "probability": forecasts[f"probability_{MACHINE}"],
        }
    )


def _measure(forecasts: pl.DataFrame, metric: Metric) -> float:
    scores = score(
        forecasts["probability"].cast(pl.Float64).to_numpy(), forecasts["failing"].to_numpy()
    )
    value = scores.metrics().get(metric)
    if value is None:
        raise ExperimentError("validation", "its rows are of one class: nothing can be compared")
    return value


def _run_stages_before(layout: Layout, experiments: ExperimentSet, plants: Sequence[str]) -> None:
    stage = _BEFORE[experiments.first_stage]
    command = [program("faultcast"), "pipeline", "run"]
    command += [f"{stage}@{plant}" for plant in plants]
    if subprocess.run(command, cwd=layout.root, check=False).returncode != 0:
        raise ExperimentError(stage, "the stages before the experiments failed: mend them first")


def _under(layout: Layout, experiments: ExperimentSet, plant: str) -> str:
    """Return what the trials have in common: what the stages before made, the settings."""
    lock = yaml.safe_load((layout.root / "dvc.lock").read_text(encoding="utf-8"))
    before = lock["stages"].get(f"{_BEFORE[experiments.first_stage]}@{plant}", {})
    settings = layout.plant_config(plant).read_text(encoding="utf-8")
    return f"{before.get('outs')}{settings}"
